import { describe, expect, it } from "vitest";
import {
  answered,
  type Chats,
  counted,
  drafted,
  LINES_MAX,
  NO_CHATS,
  opened,
  received,
  sending,
  unreadOfAll,
} from "./chat.ts";
import type { ChatMessage } from "./wire.ts";

const message = (id: string, sender: string, text = "Hallo", to = "u1"): ChatMessage => ({
  t: "chat",
  id,
  sender,
  to,
  text,
  at: 1_000,
});
const order = (chats: Chats): string[] => [...chats.talks.keys()];

describe("the conversations of a tab", () => {
  it("put who wrote last on top", () => {
    let chats = received(NO_CHATS, "u1", message("a", "u2"));
    chats = received(chats, "u1", message("b", "u3"));
    expect(order(chats)).toEqual(["u3", "u2"]);
    expect(order(received(chats, "u1", message("c", "u2")))).toEqual(["u2", "u3"]);
  });

  it("hold a message once, however often it comes", () => {
    const once = received(NO_CHATS, "u1", message("a", "u2"));
    expect(received(once, "u1", message("a", "u2")).talks.get("u2")).toHaveLength(1);
  });

  it("show a line as sending until the answer, and keep it when it did not arrive", () => {
    const sent = sending(NO_CHATS, "u2", "a", "Ben je er?", 5);
    expect(sent.talks.get("u2")?.[0]?.state).toBe("sending");
    expect(answered(sent, "u2", "a", null).talks.get("u2")?.[0]?.state).toBe("sent");
    const failed = answered(sent, "u2", "a", "chat_not_there");
    expect(failed.talks.get("u2")?.[0]).toMatchObject({ state: "failed", code: "chat_not_there" });
    expect(answered(failed, "u2", "unknown", null)).toBe(failed);
  });

  it("know that a line arrived when it came back, though the answer to it was lost", () => {
    const back = received(
      sending(NO_CHATS, "u2", "a", "Ben je er?", 5),
      "u1",
      message("a", "u1", "Ben je er?", "u2"),
    );
    expect(answered(back, "u2", "a", "no_connection").talks.get("u2")?.[0]?.state).toBe("sent");
  });

  it("take what I wrote in another tab as mine", () => {
    const chats = received(NO_CHATS, "u1", message("a", "u1", "Hier", "u2"));
    expect(chats.talks.get("u2")?.[0]).toMatchObject({ mine: true, text: "Hier", state: "sent" });
  });

  it("keep a draft for each colleague, and nothing where nothing is typed", () => {
    const chats = drafted(drafted(NO_CHATS, "u2", "Half"), "u3", "Anders");
    expect([chats.drafts.get("u2"), chats.drafts.get("u3")]).toEqual(["Half", "Anders"]);
    expect(drafted(chats, "u2", "").drafts.has("u2")).toBe(false);
  });

  it("list who wrote while the tab was away, and add up what is unread", () => {
    const chats = counted(opened(NO_CHATS, "u9"), { u2: 2, u3: 1 });
    expect(unreadOfAll(chats)).toBe(3);
    expect(order(chats)).toEqual(["u9", "u2", "u3"]);
    expect(unreadOfAll(counted(chats, {}))).toBe(0);
  });

  it("forget the oldest lines of a very long conversation", () => {
    let chats = NO_CHATS;
    for (let index = 0; index <= LINES_MAX; index += 1) {
      chats = received(chats, "u1", message(`m${index}`, "u2", `${index}`));
    }
    const lines = chats.talks.get("u2") ?? [];
    expect([lines.length, lines[0]?.text]).toEqual([LINES_MAX, "1"]);
  });
});
