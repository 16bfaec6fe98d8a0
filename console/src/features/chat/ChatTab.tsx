import { useLingui } from "@lingui/react/macro";
import { useEffect } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useChats } from "../../connection/chat.ts";
import { useDesk, useEntities, useLine } from "../../connection/desk.tsx";
import { chatPartners, sameItems } from "../../model/select.ts";
import { STATUS } from "../../text/words.ts";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { Conversation } from "./Conversation.tsx";
import "./chat.css";

/** The chat tab: running conversations at the left, the open one beside them (3.5). */
export function ChatTab() {
  const { t } = useLingui();
  const { chat } = useDesk();
  const open = useChats((chats) => chats.open);
  const talks = useChats((chats) => chats.talks);
  useEffect(() => {
    chat.look(true);
    document.addEventListener("visibilitychange", chat.lookedAgain);
    return () => {
      chat.look(false);
      document.removeEventListener("visibilitychange", chat.lookedAgain);
    };
  }, [chat]);
  return (
    <div className="chat">
      <nav className="people" aria-label={t`Conversations`}>
        <NewChat />
        {[...talks.keys()].map((other) => (
          <PersonRow key={other} other={other} open={other === open} />
        ))}
      </nav>
      <div className="talk">
        <p className="chat-notice">
          <Icon name="info" size={16} />
          {t`Messages in this chat are not stored. You cannot read them again later.`}
        </p>
        {open === null ? (
          <div className="empty">
            <b>{t`No conversation is open`}</b>
            {t`Choose somebody at the left, or begin with the plus.`}
          </div>
        ) : (
          <Conversation key={open} other={open} />
        )}
      </div>
    </div>
  );
}

/** The plus: who can be written to now (3.5-c, 3.5-d). */
function NewChat() {
  const { t, i18n } = useLingui();
  const { chat } = useDesk();
  const lost = useLine().state !== "connected";
  const people = useEntities(chatPartners, sameItems);
  return (
    <MenuTrigger>
      <Button className="btn new" isDisabled={lost}>
        <Icon name="plus" />
        {t`New chat`}
      </Button>
      <Popover className="pop" placement="bottom start">
        {people.length === 0 ? (
          <p className="chat-nobody">{t`Nobody is available for chat now.`}</p>
        ) : (
          <Menu aria-label={t`Available colleagues`} onAction={(id) => chat.open(String(id))}>
            {people.map((agent) => (
              <MenuItem key={agent.id} id={agent.id} className="item" textValue={agent.name}>
                <Shape as={STATUS[agent.status].tone} tone={STATUS[agent.status].tone} />
                <span className="grow">
                  <span className="cut">{agent.name}</span>
                  <small>{i18n._(STATUS[agent.status].word)}</small>
                </span>
              </MenuItem>
            ))}
          </Menu>
        )}
      </Popover>
    </MenuTrigger>
  );
}

/** A running conversation; the open one is green, with what is unread behind the name (3.5-j to 3.5-l). */
function PersonRow({ other, open }: { other: string; open: boolean }) {
  const { t, i18n } = useLingui();
  const { chat } = useDesk();
  const agent = useEntities((all) => all.agent.get(other));
  const unread = useChats((chats) => chats.unread.get(other) ?? 0);
  const last = useChats((chats) => chats.talks.get(other)?.at(-1)?.text ?? "");
  const name = agent?.name ?? t`Somebody who left`;
  const tone = agent === undefined ? "away" : STATUS[agent.status].tone;
  const word = agent === undefined ? "" : i18n._(STATUS[agent.status].word);
  return (
    <button
      type="button"
      className="row"
      aria-current={open ? "true" : undefined}
      aria-label={unread > 0 ? t`${name}, ${word}, ${unread} unread` : `${name}, ${word}`}
      onClick={() => chat.open(other)}
    >
      <Shape as={tone} tone={tone} />
      <span className="nm cut">{name}</span>
      {unread > 0 ? (
        <span className="count" data-new="">
          {unread}
        </span>
      ) : (
        <span />
      )}
      <span className="sub cut">{last}</span>
    </button>
  );
}
