import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../connection/live.ts";
import { LINES_MAX } from "../model/chat.ts";
import { Toasts } from "../ui/toast.tsx";
import { agent, cleanup, click, me, type PretendDesk, showScreen } from "./harness.tsx";

afterEach(cleanup);

const PIET = agent("u2", "Piet Jansen", { extension: "203", email: "piet@example.nl" });
const ANJA = agent("u3", "Anja Smit", { status: "in_call" });
const GONE = agent("u4", "Henk van Dijk", { chat: false });

const said = (id: string, text: string, sender = "u2") =>
  ({ t: "chat", id, sender, to: "u1", text, at: Date.now() }) as const;
const tab = (): HTMLElement => screen.getByRole("tab", { name: /^Chat/ });
const log = (): HTMLElement => screen.getByRole("log");
const field = (): HTMLTextAreaElement =>
  screen.getByRole<HTMLTextAreaElement>("textbox", { name: /Bericht aan/ });
const sent = (desk: PretendDesk, op: string) =>
  desk.asked.filter(([one]) => one === op).map(([, args]) => args);

function begin(): PretendDesk {
  const desk = showScreen(PIET, ANJA, GONE);
  render(
    <I18nProvider i18n={i18n}>
      <Toasts />
    </I18nProvider>,
  );
  return desk;
}

async function talkTo(name: string): Promise<void> {
  await click(tab());
  await click(screen.getByRole("button", { name: "Nieuwe chat" }));
  await click(screen.getByRole("menuitem", { name: new RegExp(name) }));
}

async function write(text: string, key: object = {}): Promise<void> {
  fireEvent.change(field(), { target: { value: text } });
  await act(async () => {
    fireEvent.keyDown(field(), { key: "Enter", ...key });
  });
}

describe("the chat tab", () => {
  it("is there by right only [3.5-a, 3-b, 3-c]", () => {
    showScreen(me({ rights: [] }), PIET);
    expect(screen.queryByRole("tab", { name: "Chat" })).toBeNull();
  });

  it("goes with its right, also from under who looks at it [X-d]", async () => {
    const desk = begin();
    await click(tab());
    desk.tell({ a: "m", k: "me", id: "u1", f: { rights: ["history.view"] } });
    expect(screen.queryByRole("tab", { name: "Chat" })).toBeNull();
    expect(screen.getByRole("tab", { name: /Wachtrijen/ }).getAttribute("aria-selected")).toBe("true");
  });

  it("says that messages are not stored [3.5-b]", async () => {
    begin();
    await click(tab());
    expect(screen.getByText(/Berichten in deze chat worden niet opgeslagen/)).toBeTruthy();
  });

  it("lists the available colleagues behind the plus, and opens a field with one click [3.5-a, 3.5-c, 3.5-d]", async () => {
    begin();
    await click(tab());
    await click(screen.getByRole("button", { name: "Nieuwe chat" }));
    const names = screen.getAllByRole("menuitem").map((item) => item.textContent);
    expect(names).toEqual(["Anja SmitIn gesprek", "Piet JansenBeschikbaar"]);
    await click(screen.getByRole("menuitem", { name: /Piet Jansen/ }));
    expect(document.activeElement).toBe(field());
    expect(within(screen.getByRole("complementary", { name: "Detailveld" })).getByText("203")).toBeTruthy();
  });

  it("says so when nobody is available", async () => {
    showScreen(GONE);
    await click(tab());
    await click(screen.getByRole("button", { name: "Nieuwe chat" }));
    expect(screen.getByText("Er is nu niemand beschikbaar voor chat.")).toBeTruthy();
  });

  it("sends with Enter and with the button, and Shift Enter makes a line [3.5-e, 3.5-o]", async () => {
    const desk = begin();
    await talkTo("Piet");
    await write("Ben je er?", { shiftKey: true });
    expect(sent(desk, "chat.send")).toEqual([]);
    await write("Ben je er?");
    expect(sent(desk, "chat.send")).toMatchObject([{ to: "u2", text: "Ben je er?" }]);
    expect(field().value).toBe("");
    fireEvent.change(field(), { target: { value: "Piet?" } });
    await act(async () => {
      fireEvent.submit(field().form as HTMLFormElement);
    });
    expect(sent(desk, "chat.send")).toHaveLength(2);
    expect(field().maxLength).toBe(2_000);
  });

  it("shows an answer below what was sent last, as text and never as markup [3.5-f, 3.5-o]", async () => {
    const desk = begin();
    await talkTo("Piet");
    await write("Ben je er?");
    desk.hears(said("p1", "<img src=x onerror=alert(1)>"));
    const lines = [...log().querySelectorAll(".msg")].map((line) => line.textContent);
    expect(lines).toEqual(["Ben je er?", "<img src=x onerror=alert(1)>"]);
    expect(log().querySelector("img")).toBeNull();
    // It stands on the screen, so it counts as read.
    expect(sent(desk, "chat.got")).toEqual([{ from: "u2", message: "p1", read: "true" }]);
  });

  it("scrolls to what is newest, also in a conversation that is too long to be kept whole", async () => {
    const desk = begin();
    await talkTo("Piet");
    act(() => {
      for (let index = 0; index < LINES_MAX; index += 1) desk.hears(said(`m${index}`, "Hallo"));
    });
    const scrolled = vi.spyOn(Element.prototype, "scrollIntoView");
    desk.hears(said("newest", "Ben je er nog?"));
    expect(scrolled).toHaveBeenCalledTimes(1);
    scrolled.mockRestore();
  });

  it("leaves the focus with who comes along the tabs by arrow key", async () => {
    begin();
    await talkTo("Piet");
    const queues = screen.getByRole("tab", { name: /Wachtrijen/ });
    await click(queues);
    await act(async () => queues.focus());
    await act(async () => {
      fireEvent.keyDown(queues, { key: "ArrowLeft" });
    });
    expect(tab().getAttribute("aria-selected")).toBe("true");
    expect(field()).toBeTruthy();
    expect(document.activeElement).toBe(tab());
  });

  it("tells the sender that a message did not arrive, and sends the same one again on a click [3.5-n]", async () => {
    const desk = begin();
    desk.answer = () => Promise.resolve<Outcome>({ ok: false, code: "chat_not_there", args: {} });
    await talkTo("Piet");
    await write("Ben je er?");
    expect(log().textContent).toContain("Niet afgeleverd. Piet Jansen is er niet meer.");
    desk.answer = () => Promise.resolve<Outcome>({ ok: true });
    await click(screen.getByRole("button", { name: "Opnieuw versturen" }));
    expect(log().textContent).not.toContain("Niet afgeleverd");
    const [first, second] = sent(desk, "chat.send");
    expect(second?.["message"]).toBe(first?.["message"]);
    expect(log().querySelectorAll(".msg")).toHaveLength(1);
  });

  it("leaves the tab only onto the clipboard, and only when that is asked [D18]", async () => {
    const copied: string[] = [];
    const clipboard = { writeText: async (text: string) => void copied.push(text) };
    Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    const desk = begin();
    await talkTo("Piet");
    await write("Ben je er?");
    desk.hears(said("p1", "Ja"));
    expect(copied).toEqual([]);
    await click(screen.getByRole("button", { name: "Kopieer naar notitie" }));
    const [note = ""] = copied;
    expect(note.split("\n").map((line) => line.replace(/^\d\d:\d\d /, ""))).toEqual([
      "Ik: Ben je er?",
      "Piet Jansen: Ja",
    ]);
    const done = screen.getByRole("button", { name: "Gekopieerd. Plak het in uw notitie." });
    act(() => done.focus());
    // One line more is to be copied again; who stands on the button stays there.
    desk.hears(said("p2", "Nog een"));
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Kopieer naar notitie" }));
  });

  it("says so when the browser has no clipboard to copy to", async () => {
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    const desk = begin();
    await talkTo("Piet");
    desk.hears(said("p1", "Ja"));
    await click(screen.getByRole("button", { name: "Kopieer naar notitie" }));
    expect(screen.getByRole("button", { name: "De browser stond het kopiëren niet toe." })).toBeTruthy();
  });

  it("cannot be written in when the colleague has gone, and says why [3.5-n, 3.1-r]", async () => {
    const desk = begin();
    await talkTo("Piet");
    desk.tell({ a: "m", k: "agent", id: "u2", f: { chat: false } });
    expect(screen.getAllByText("Piet Jansen is nu niet beschikbaar voor chat.").length).toBeGreaterThan(0);
    await write("Ben je er?");
    expect(sent(desk, "chat.send")).toEqual([]);
  });

  it("lists the running conversations; the open one is marked, and each keeps what was typed [3.5-j, 3.5-l, 3.5-m]", async () => {
    const desk = begin();
    await talkTo("Piet");
    fireEvent.change(field(), { target: { value: "Halve zin" } });
    desk.hears(said("a1", "Kun jij lijn 2 overnemen?", "u3"));
    desk.hears({ t: "unread", counts: { u3: 1 } });
    const rows = within(screen.getByRole("navigation", { name: "Chats" }));
    expect(rows.getByRole("button", { name: /Piet Jansen/ }).getAttribute("aria-current")).toBe("true");
    await click(rows.getByRole("button", { name: "Anja Smit, In gesprek, 1 ongelezen" }));
    expect(rows.getByRole("button", { name: /Anja Smit/ }).getAttribute("aria-current")).toBe("true");
    expect(sent(desk, "chat.read")).toEqual([{ with: "u3" }]);
    desk.hears({ t: "unread", counts: {} });
    expect(rows.getByRole("button", { name: "Anja Smit, In gesprek" })).toBeTruthy();
    await click(rows.getByRole("button", { name: /Piet Jansen/ }));
    expect(field().value).toBe("Halve zin");
  });
});

describe("a message while one looks at something else", () => {
  it("pops up with a button that opens the conversation, and is counted behind the tab [3.5-g, 3.5-h, 3.5-i, 3.5-k]", async () => {
    const desk = begin();
    desk.hears(said("p1", "Kun jij lijn 2 overnemen?"));
    desk.hears({ t: "unread", counts: { u2: 1 } });
    expect(sent(desk, "chat.got")).toEqual([{ from: "u2", message: "p1" }]);
    expect(tab().textContent).toBe("Chat1");
    const popUp = screen.getByText("Piet Jansen").closest(".toast") as HTMLElement;
    expect(popUp.textContent).toContain("Kun jij lijn 2 overnemen?");
    await click(within(popUp).getByRole("button", { name: "Reageer" }));
    expect(tab().getAttribute("aria-selected")).toBe("true");
    expect(log().textContent).toContain("Kun jij lijn 2 overnemen?");
    expect(sent(desk, "chat.read")).toEqual([{ with: "u2" }]);
    desk.hears({ t: "unread", counts: {} });
    expect(tab().textContent).toBe("Chat");
  });

  it("leads to the chat tab once: who went on to something else stays there", async () => {
    const desk = begin();
    desk.hears(said("p1", "Kun jij lijn 2 overnemen?"));
    await click(screen.getByRole("button", { name: "Reageer" }));
    await click(screen.getByRole("tab", { name: /Wachtrijen/ }));
    desk.comesBack();
    expect(tab().getAttribute("aria-selected")).toBe("false");
    desk.hears(said("p3", "Nog een keer"));
    await click(screen.getByRole("button", { name: "Reageer" }));
    expect(tab().getAttribute("aria-selected")).toBe("true");
    expect(document.activeElement).toBe(field());
  });

  it("pops up once, also when it comes twice", () => {
    const desk = begin();
    desk.hears(said("p2", "Dubbel"));
    desk.hears(said("p2", "Dubbel"));
    expect(document.querySelectorAll(".toast")).toHaveLength(1);
  });
});

describe("the icons beside a colleague", () => {
  it("stand in the order call, chat, e-mail, and chat opens the conversation [3.1-q, 3.1-r]", async () => {
    begin();
    await click(screen.getByRole("button", { name: "Algemeen" }));
    await click(screen.getAllByRole("button", { name: "Ingelogde medewerkers" })[0] as HTMLElement);
    const person = screen.getByTitle("Piet Jansen").closest(".person") as HTMLElement;
    const names = [...person.querySelectorAll(".person-acts > *")].map((one) =>
      one.getAttribute("aria-label"),
    );
    expect(names).toEqual(["Bel Piet Jansen", "Chat met Piet Jansen", "E-mail Piet Jansen"]);
    const away = screen.getByTitle("Henk van Dijk").closest(".person") as HTMLElement;
    const off = within(away).getByRole("button", { name: "Chat met Henk van Dijk" });
    expect(off.getAttribute("aria-disabled")).toBe("true");
    await click(within(person).getByRole("button", { name: "Chat met Piet Jansen" }));
    expect(tab().getAttribute("aria-selected")).toBe("true");
    expect(field()).toBeTruthy();
  });
});
