import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cleanup, click } from "./harness.tsx";
import { done, fill, json, note, open, PretendServer, refuse, SESSION, submit } from "./pretend-portal.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const PREFERENCES = { ring_volume: 100, beeps: true, keys_on: true, keys: { wrap_up: "F12" } };
const START = { picture: "data:image/svg+xml;base64,", secret: "ABCDEFGHIJKLMNOP" };

async function atSettings(second = { on: false, recovery_codes: 0 }): Promise<PretendServer> {
  const server = new PretendServer("/settings");
  server.session = SESSION;
  server.on("GET /api/second-factor", () => json(second));
  server.on("GET /api/preferences", () => json(PREFERENCES));
  await open();
  await screen.findByRole("heading", { name: "Tweede stap bij het inloggen" });
  return server;
}

const part = (name: string) => within(screen.getByRole("heading", { name }).parentElement as HTMLElement);

describe("one's own settings", () => {
  it("are in the menu with one's name", async () => {
    const server = new PretendServer();
    server.session = SESSION;
    server.on("GET /api/second-factor", () => json({ on: false, recovery_codes: 0 }));
    server.on("GET /api/preferences", () => json(PREFERENCES));
    await open();
    await click(screen.getByRole("button", { name: "Menu van Chantal Vos" }));
    await click(screen.getByRole("menuitem", { name: "Mijn instellingen" }));
    expect(await screen.findByRole("heading", { name: "Mijn instellingen" })).toBeTruthy();
    await click(screen.getByRole("link", { name: "Terug naar de modules" }));
    expect(screen.getByRole("heading", { name: "Operator" })).toBeTruthy();
  });

  it("change language and appearance at once", async () => {
    const server = await atSettings();
    fireEvent.change(screen.getByLabelText("Weergave"), { target: { value: "dark" } });
    expect(await screen.findByLabelText("Weergave")).toBeTruthy();
    expect(server.sent("PUT", "/api/settings")).toEqual({ theme: "dark" });
    fireEvent.change(screen.getByLabelText("Taal"), { target: { value: "en" } });
    expect(await screen.findByRole("heading", { name: "My settings" })).toBeTruthy();
    expect(server.sent("PUT", "/api/settings")).toEqual({ language: "en" });
  });

  it("keep loudness and beeps on the server, and show no change that was not kept", async () => {
    const server = await atSettings();
    fireEvent.change(screen.getByLabelText("Volume van het belgeluid"), { target: { value: "0" } });
    expect(server.sent("PUT", "/api/preferences")).toEqual({ ...PREFERENCES, ring_volume: 0 });
    expect(part("Geluiden").getByText(/alleen de kaart laat zien/)).toBeTruthy();
    server.on("PUT /api/preferences", () => refuse("not_saved", 503));
    await click(part("Geluiden").getByRole("switch"));
    expect(await screen.findByText("De server kon dit niet opslaan. Probeer het zo nog eens.")).toBeTruthy();
    expect(part("Geluiden").getByRole<HTMLInputElement>("switch").checked).toBe(true);
  });

  it("show what the server has when a change was not kept, and say so no longer than it is true", async () => {
    const server = await atSettings();
    server.on("PUT /api/preferences", () => refuse("not_saved", 503));
    // Changed at another desk meanwhile.
    server.on("GET /api/preferences", () => json({ ...PREFERENCES, ring_volume: 30 }));
    await click(part("Geluiden").getByRole("switch"));
    expect(part("Geluiden").getByText("30%")).toBeTruthy();
    expect(note("problem")).toContain("kon dit niet opslaan");
    server.on("PUT /api/preferences", () => done());
    await click(part("Geluiden").getByRole("switch"));
    expect(server.sent("PUT", "/api/preferences")).toEqual({ ...PREFERENCES, ring_volume: 30, beeps: false });
    expect(note("problem")).toBeNull();
  });

  it("go to the server one at a time, so that the last one stays", async () => {
    const server = await atSettings();
    let keep: (answer: Response) => void = () => undefined;
    server.on("PUT /api/preferences", () => new Promise((resolve) => (keep = resolve)));
    const kept = () =>
      server.requests
        .filter(([method, path]) => method === "PUT" && path === "/api/preferences")
        .map(([, , body]) => (body as typeof PREFERENCES).ring_volume);
    const slider = screen.getByLabelText("Volume van het belgeluid");
    for (const step of ["90", "80", "70"]) fireEvent.change(slider, { target: { value: step } });
    expect(kept()).toEqual([90]);
    await act(async () => keep(done()));
    expect(kept()).toEqual([90, 70]);
    await act(async () => keep(done()));
    expect(part("Geluiden").getByText("70%")).toBeTruthy();
    expect(kept()).toEqual([90, 70]);
  });

  it("change a key by pressing it; one that is taken or that writes something is refused with the reason", async () => {
    const server = await atSettings();
    const keys = part("Sneltoetsen");
    const button = () => keys.getByRole("button", { name: /^Toets voor: In de wacht zetten of voortzetten/ });
    const press = (code: string, key = code) => fireEvent.keyDown(button(), { code, key });
    await click(button());
    press("KeyH", "h");
    expect(keys.getByText(/Kies een functietoets/)).toBeTruthy();
    press("F12");
    expect(keys.getByText("F12 doet al iets anders: Nawerktijd beginnen of stoppen.")).toBeTruthy();
    press("Insert");
    expect(server.sent("PUT", "/api/preferences")).toMatchObject({
      keys: { wrap_up: "F12", hold: "Insert" },
    });
    expect(button().textContent).toBe("Insert");
    // The usual key again is no choice of one's own.
    await click(button());
    press("F5");
    expect(server.sent("PUT", "/api/preferences")).toMatchObject({ keys: { wrap_up: "F12" } });
    await click(button());
    press("Escape");
    expect(button().textContent).toBe("F5");
    await click(keys.getByRole("button", { name: "Alle toetsen zoals gewoonlijk" }));
    expect(server.sent("PUT", "/api/preferences")).toMatchObject({ keys: {} });
    await click(keys.getByRole("switch"));
    expect(server.sent("PUT", "/api/preferences")).toMatchObject({ keys_on: false });
    expect(keys.queryByRole("button")).toBeNull();
  });

  it("take another password from who knows the present one [1.1-c]", async () => {
    const server = await atSettings();
    server.on("PUT /api/password", () => refuse("wrong_credentials", 401));
    fill("Huidig wachtwoord", "fout");
    fill("Nieuw wachtwoord", "een heel lange zin");
    await submit("Wachtwoord wijzigen");
    expect(part("Wachtwoord").getByRole("alert").textContent).toContain("niet uw huidige wachtwoord");
    server.on("PUT /api/password", () => done());
    fill("Huidig wachtwoord", "goed");
    await submit("Wachtwoord wijzigen");
    expect(server.sent("PUT", "/api/password")).toEqual({
      password: "goed",
      new_password: "een heel lange zin",
      code: "",
    });
    expect(part("Wachtwoord").getByRole("status").textContent).toContain("Uw wachtwoord is gewijzigd");
    expect(screen.getByLabelText<HTMLInputElement>("Huidig wachtwoord").value).toBe("");
  });

  it("turn the second step on: password, picture, first code, recovery codes", async () => {
    const server = await atSettings();
    const second = part("Tweede stap bij het inloggen");
    server.on("POST /api/second-factor", () => json(START));
    server.on("PUT /api/second-factor", (body) =>
      (body as { code: string }).code === "123456"
        ? json({ codes: ["aaaa-bbbb", "cccc-dddd"] })
        : refuse("wrong_code", 422),
    );
    const title = screen.getByRole("heading", { name: "Tweede stap bij het inloggen" });
    await click(second.getByRole("button", { name: "Aanzetten" }));
    // The button that had the focus is gone; the focus is not.
    expect(document.activeElement).toBe(title);
    fireEvent.change(second.getByLabelText("Huidig wachtwoord"), { target: { value: "goed" } });
    await submit("Verder");
    expect(server.sent("POST", "/api/second-factor")).toEqual({ password: "goed", code: "" });
    expect(second.getByRole("img").getAttribute("src")).toBe(START.picture);
    expect(second.getByText("ABCD EFGH IJKL MNOP")).toBeTruthy();
    fireEvent.change(second.getByLabelText("Code"), { target: { value: "000000" } });
    await submit("Aanzetten");
    expect(second.getByRole("alert").textContent).toContain("Deze code klopt niet");
    fireEvent.change(second.getByLabelText("Code"), { target: { value: "123456" } });
    await submit("Aanzetten");
    expect(second.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["aaaa-bbbb", "cccc-dddd"]);
    await act(async () => second.getByRole("button", { name: "Ik heb ze bewaard" }).focus());
    await click(second.getByRole("button", { name: "Ik heb ze bewaard" }));
    expect(document.activeElement).toBe(title);
    expect(second.getByText(/Er zijn nog 2 herstelcodes/)).toBeTruthy();
    // From now on a change of password asks the code too.
    expect(part("Wachtwoord").getByLabelText("Code")).toBeTruthy();
  });

  it("turn it off again with password and code", async () => {
    const server = await atSettings({ on: true, recovery_codes: 1 });
    const second = part("Tweede stap bij het inloggen");
    expect(second.getByText(/Er is nog 1 herstelcode\./)).toBeTruthy();
    await click(second.getByRole("button", { name: "Uitzetten" }));
    server.on("POST /api/second-factor/off", () => refuse("wrong_credentials", 401));
    fireEvent.change(second.getByLabelText("Huidig wachtwoord"), { target: { value: "fout" } });
    fireEvent.change(second.getByLabelText("Code"), { target: { value: "123456" } });
    await submit("Uitzetten");
    expect(second.getByRole("alert").textContent).toContain("niet uw huidige wachtwoord");
    server.on("POST /api/second-factor/off", () => done());
    fireEvent.change(second.getByLabelText("Huidig wachtwoord"), { target: { value: "goed" } });
    await submit("Uitzetten");
    expect(server.sent("POST", "/api/second-factor/off")).toEqual({ password: "goed", code: "123456" });
    expect(second.getByRole("button", { name: "Aanzetten" })).toBeTruthy();
  });
});
