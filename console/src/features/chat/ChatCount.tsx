import { useLingui } from "@lingui/react/macro";
import { useChats } from "../../connection/chat.ts";
import { unreadOfAll } from "../../model/chat.ts";
import "./chat.css";

/** Behind the name of the tab: how many messages wait to be read (3.5-i, 3.5-k). */
export function ChatCount() {
  const { t } = useLingui();
  const unread = useChats(unreadOfAll);
  if (unread === 0) return null;
  return (
    <span className="count" data-new="" title={t`${unread} unread`}>
      {unread}
    </span>
  );
}
