import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly acts: ReactNode;
  readonly open: boolean;
  readonly close: () => void;
  /** A question about something that cannot be taken back. */
  readonly alert?: boolean;
}

/** A question or a small task over the page; Escape and a click beside it mean no. */
export function Window({ title, children, acts, open, close, alert = false }: Props) {
  return (
    <ModalOverlay className="veil" isOpen={open} onOpenChange={(now) => !now && close()} isDismissable>
      <Modal className="dialog">
        <Dialog role={alert ? "alertdialog" : "dialog"}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <div className="dialog-acts">{acts}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
