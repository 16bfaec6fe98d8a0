import { useLingui } from "@lingui/react/macro";
import { Frame } from "./Frame.tsx";

/** The server has not told yet who is here or what goes on, and is asked again and again. */
export function NoAnswer({ organisation }: { organisation?: string }) {
  const { t } = useLingui();
  return (
    <Frame {...(organisation !== undefined && { organisation })} corner={null}>
      <main className="box" role="status">
        <div>
          <h1>{t`No connection`}</h1>
          <p className="lead">{t`The server does not answer. Your phone works as before; this page keeps trying.`}</p>
        </div>
      </main>
    </Frame>
  );
}
