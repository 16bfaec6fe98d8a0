import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cleanup, click } from "./harness.tsx";
import { fill, INFO, json, load, open, PretendServer, refuse, SESSION, submit } from "./pretend-portal.tsx";

let server: PretendServer;

beforeEach(() => {
  server = new PretendServer();
  server.on("POST /api/session", () => refuse("wrong_credentials", 401));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function typeIn(userName: string, password: string): Promise<void> {
  fill("Gebruikersnaam", userName);
  fill("Wachtwoord", password);
  await submit("Inloggen");
}

describe("the portal", () => {
  it("asks a user name and a masked password, with a way out for a forgotten one [1.1-b]", async () => {
    await open();
    expect(screen.getByLabelText("Gebruikersnaam")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Wachtwoord").type).toBe("password");
    expect(screen.getByRole("button", { name: "Inloggen" })).toBeTruthy();
    await click(screen.getByRole("link", { name: "Wachtwoord vergeten" }));
    expect(screen.getByRole("heading", { name: "Wachtwoord vergeten" })).toBeTruthy();
  });

  it("says whom to ask, in the words of the organisation [1.1-g]", async () => {
    await open();
    expect(await screen.findByText(INFO.contact)).toBeTruthy();
  });

  it("says that a log-in failed, not which of both was wrong, and keeps the name", async () => {
    await open();
    await typeIn("chantal@example.nl", "fout");
    expect(screen.getByText(/Deze combinatie van gebruikersnaam en wachtwoord klopt niet/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Gebruikersnaam").value).toBe("chantal@example.nl");
    expect(screen.getByLabelText<HTMLInputElement>("Wachtwoord").value).toBe("");
  });

  it("says how long to wait after too many attempts", async () => {
    server.on("POST /api/session", () => refuse("too_many_attempts", 401, { seconds: "30" }));
    await open();
    await typeIn("chantal@example.nl", "fout");
    expect(screen.getByText("Te veel pogingen. Probeer het over 30 seconden opnieuw.")).toBeTruthy();
  });

  it("shows the modules after logging in; one that is not taken cannot be chosen and says how to get it [1.1-k, 1.1-l]", async () => {
    server.on("POST /api/session", () => json(SESSION));
    await open();
    await typeIn("chantal@example.nl", "goed");
    await screen.findByRole("heading", { name: "Operator" });
    expect(server.requests.at(-1)).toEqual([
      "POST",
      "/api/session",
      { user_name: "chantal@example.nl", password: "goed" },
    ]);
    const callBack = screen.getByRole("link", { name: /Call back/ });
    expect(callBack.getAttribute("aria-disabled")).toBe("true");
    expect(callBack.getAttribute("href")).toBeNull();
    expect(callBack.textContent).toContain("Niet geactiveerd. Neem contact op om te activeren.");
    expect(callBack.textContent).toContain(SESSION.contact);
    expect(screen.getByRole("link", { name: /Operator/ }).textContent).not.toContain(SESSION.contact);
    expect(screen.getByText(INFO.contact)).toBeTruthy();
  });

  it("sends who wants a module to the administrator where the organisation has no text [1.1-l]", async () => {
    server.session = { ...SESSION, contact: "" };
    await open();
    const callBack = screen.getByRole("link", { name: /Call back/ });
    expect(callBack.textContent).toContain("Niet geactiveerd. Vraag uw systeembeheerder.");
  });

  it("says of what this version does not have that it is not there yet, and tells nobody to ask for it [1.1-l]", async () => {
    server.session = { ...SESSION, modules: [{ id: "wallboard", active: false }] };
    await open();
    const wallboard = screen.getByRole("link", { name: /Wallboard/ });
    expect(wallboard.getAttribute("aria-disabled")).toBe("true");
    expect(wallboard.textContent).toContain("Nog niet in deze versie.");
    expect(wallboard.textContent).not.toMatch(/geactiveerd|contact|Neem/);
  });

  it("opens the Operator in a tab of its own [1.1-m]", async () => {
    server.session = SESSION;
    await open();
    const operator = screen.getByRole("link", { name: /Operator/ });
    expect([operator.getAttribute("href"), operator.getAttribute("target")]).toEqual(["/operator", "_blank"]);
  });

  it("opens the call backs of who has taken them, in a tab of their own too [3.6-a]", async () => {
    server.session = { ...SESSION, modules: [{ id: "callback", active: true }] };
    await open();
    const callBack = screen.getByRole("link", { name: /Call back/ });
    expect([callBack.getAttribute("href"), callBack.getAttribute("target")]).toEqual([
      "/operator#callback",
      "_blank",
    ]);
  });

  it.each([
    ["the server is away", () => Promise.reject(new TypeError("no network"))],
    ["its database is away", () => refuse("unavailable", 503)],
  ])("asks nobody to log in who is logged in, while %s", async (_, answer) => {
    vi.useFakeTimers();
    server.session = SESSION;
    server.on("GET /api/session", answer);
    await load();
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Geen verbinding");

    server.on("GET /api/session", () => json(SESSION));
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Chantal");
    vi.useRealTimers();
  });

  it("warns a browser that cannot do what is needed and names those that can [1.1-n]", async () => {
    vi.stubGlobal("RTCPeerConnection", undefined);
    Reflect.deleteProperty(window, "RTCPeerConnection");
    await open();
    expect(screen.getByText(/WebRTC.*Gebruik een recente Chrome, Edge, Firefox of Safari/)).toBeTruthy();
  });

  it("changes its language at once, and the page says which one it is", async () => {
    await open();
    await click(screen.getByRole("button", { name: "English" }));
    expect(await screen.findByLabelText("User name")).toBeTruthy();
    expect(document.documentElement.lang).toBe("en");
    await click(screen.getByRole("button", { name: "Nederlands" }));
    expect(await screen.findByLabelText("Gebruikersnaam")).toBeTruthy();
  });

  it.each(["/", "/settings", "/admin"])(
    "asks at %s about the phone and names the calls, as the Operator does [4-b, 4-f]",
    { timeout: 30_000 },
    async (page) => {
      server.session = SESSION;
      history.replaceState(null, "", page);
      server.on("GET /api/admin", () => json({ rights: ["admin.users"], resources: [] }));
      server.on("GET /api/admin/rights", () => json({ rights: [] }));
      server.on("GET /api/preferences", () =>
        json({ ring_volume: 80, beeps: true, keys_on: true, keys: {} }),
      );
      server.on("GET /api/second-factor", () => json({ on: false, recovery_codes: 0 }));
      const call = { id: "c1", state: "active", number: "31612345678", name: "Mevr. De Vries" };
      const desk = { device: "Toestel 201", keeps: false, calls: [{ ...call, queue_name: "Algemeen" }] };
      server.on("GET /api/session/desk", () => json(desk));
      await load();
      await click(await screen.findByRole("button", { name: "Menu van Chantal Vos" }, { timeout: 10_000 }));
      await click(screen.getByRole("menuitem", { name: "Uitloggen" }));

      const question = await screen.findByRole("alertdialog", { name: "Ook uitloggen op uw toestel?" });
      expect(question.textContent).toContain("Mevr. De Vries, Algemeen");
      expect(question.textContent).toContain("Toestel 201");
      await click(within(question).getByRole("button", { name: "Ja" }));
      expect(server.requests.at(-1)?.slice(0, 2)).toEqual(["DELETE", "/api/session?device=1"]);
    },
  );

  it("stops who has somebody on hold, until that is over, and asks plainly when the server does not say [4-f]", {
    timeout: 30_000,
  }, async () => {
    server.session = SESSION;
    const held = { id: "c1", state: "held", number: "31612345678", name: null, queue_name: null };
    let calls: unknown[] = [held];
    let away = false;
    server.on("GET /api/session/desk", () =>
      away ? refuse("not_saved", 503) : json({ device: "Toestel 201", keeps: false, calls }),
    );
    await open();
    await click(screen.getByRole("button", { name: "Menu van Chantal Vos" }));
    await click(screen.getByRole("menuitem", { name: "Uitloggen" }));
    await screen.findByRole("button", { name: "Ja" });
    const off = (): boolean =>
      screen.getByRole("button", { name: "Ja" }).getAttribute("aria-disabled") === "true";
    expect(off()).toBe(true);

    calls = [];
    await vi.waitFor(() => expect(off()).toBe(false), { timeout: 5_000 });

    await click(screen.getByRole("button", { name: "Annuleren" }));
    away = true;
    await click(screen.getByRole("button", { name: "Menu van Chantal Vos" }));
    await click(screen.getByRole("menuitem", { name: "Uitloggen" }));
    expect(await screen.findByRole("alertdialog", { name: "Uitloggen?" })).toBeTruthy();
  });

  it("keeps a chosen theme with the person", async () => {
    server.session = SESSION;
    await open();
    await click(screen.getByRole("button", { name: "Menu van Chantal Vos" }));
    await click(within(screen.getByRole("menu")).getByRole("menuitemradio", { name: "Donker" }));
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(server.requests.at(-1)).toEqual(["PUT", "/api/settings", { theme: "dark" }]);
  });

  it("asks before Back takes away what was changed and not saved in the administration", async () => {
    server.session = SESSION;
    history.replaceState(null, "", "/admin/groups/g1");
    const group = { id: "g1", version: "v1", name: "Enschede", number: null, position: 0 };
    server.on("GET /api/admin", () =>
      json({ rights: ["admin.users"], resources: [{ name: "groups", may_change: true }] }),
    );
    server.on("GET /api/admin/rights", () => json({ rights: [] }));
    server.on("GET /api/admin/groups", () => json({ rows: [group] }));
    const back = async (): Promise<void> => {
      await act(async () => {
        history.replaceState(null, "", "/");
        dispatchEvent(new PopStateEvent("popstate"));
      });
    };
    await open();
    fireEvent.change(await screen.findByLabelText(/De groep heet$/), { target: { value: "Deventer" } });

    await back();
    const question = screen.getByRole("alertdialog", { name: "Verlaten zonder op te slaan?" });
    await click(within(question).getByRole("button", { name: "Nee" }));
    expect(location.pathname).toBe("/admin/groups/g1");
    expect(screen.getByLabelText<HTMLInputElement>(/De groep heet$/).value).toBe("Deventer");

    await back();
    await click(screen.getByRole("button", { name: "Verlaten" }));
    expect(screen.queryByLabelText(/De groep heet$/)).toBeNull();
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Chantal");
  });
});
