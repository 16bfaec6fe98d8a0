import { screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cleanup, click } from "./harness.tsx";
import { done, fill, json, note, open, PretendServer, refuse, SESSION, submit } from "./pretend-portal.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const LINK = { purpose: "reset", name: "Chantal Vos", user_name: "chantal@example.nl", language: "nl" };

describe("a forgotten password", () => {
  it("asks an e-mail address and says that a link is on its way [1.1-h]", async () => {
    const server = new PretendServer();
    server.on("POST /api/password/forgotten", () => json({ answer: "sent" }));
    await open();
    await click(screen.getByRole("link", { name: "Wachtwoord vergeten" }));
    fill("E-mailadres", "chantal@example.nl");
    await submit("Stuur link");
    expect(server.sent("POST", "/api/password/forgotten")).toEqual({ email: "chantal@example.nl" });
    expect(note("done")).toContain("De e-mail is onderweg");
    await click(screen.getByRole("link", { name: "Terug naar inloggen" }));
    expect(screen.getByRole("heading", { name: "Inloggen" })).toBeTruthy();
  });

  it("says of an address that nobody here has that it is not known, and keeps what was typed [1.1-i]", async () => {
    const server = new PretendServer("/forgot");
    server.on("POST /api/password/forgotten", () => refuse("unknown_email", 404));
    await open();
    fill("E-mailadres", "chantall@example.nl");
    await submit("Stuur link");
    expect(note("problem")).toContain("Dit e-mailadres kennen we niet");
    expect(screen.getByLabelText<HTMLInputElement>("E-mailadres").value).toBe("chantall@example.nl");
  });

  it("tells a stranger only what would happen if the address were known [D20]", async () => {
    const server = new PretendServer("/forgot");
    server.on("POST /api/password/forgotten", () => json({ answer: "if_known" }));
    await open();
    fill("E-mailadres", "iemand@example.nl");
    await submit("Stuur link");
    expect(note("done")).toContain("Als dit adres hier bekend is");
  });

  it("says that letters are files where no mail server is set", async () => {
    const server = new PretendServer("/forgot");
    server.info = { ...server.info, mail: "outbox" };
    await open();
    expect(await screen.findByText(/Hier is geen mailserver ingesteld/)).toBeTruthy();
  });

  it("says how many minutes to wait after asking too often", async () => {
    const server = new PretendServer("/forgot");
    server.on("POST /api/password/forgotten", () => refuse("too_many_attempts", 429, { seconds: "3600" }));
    await open();
    fill("E-mailadres", "iemand@example.nl");
    await submit("Stuur link");
    expect(note("problem")).toContain("over 60 minuten");
  });
});

describe("the link in a mail", () => {
  it("lets who forgot a password choose another one, and leads to log-in [1.1-c, 1.1-j]", async () => {
    const server = new PretendServer("/password#secret");
    server.on("POST /api/password/link", () => json(LINK));
    server.on("POST /api/password", () => done());
    await open();
    expect(server.sent("POST", "/api/password/link")).toEqual({ token: "secret" });
    expect(screen.getByRole("heading", { name: "Kies een nieuw wachtwoord" })).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Gebruikersnaam").value).toBe("chantal@example.nl");
    fill("Nieuw wachtwoord", "een heel lange zin");
    await submit("Opslaan");
    expect(server.sent("POST", "/api/password")).toEqual({ token: "secret", password: "een heel lange zin" });
    expect(note("done")).toContain("Uw wachtwoord is ingesteld");
    await click(screen.getByRole("button", { name: "Naar inloggen" }));
    expect(screen.getByLabelText("Gebruikersnaam")).toBeTruthy();
    expect(location.hash).toBe("");
  });

  it("asks to log in also in a browser where this person was logged in, which the new password ended", async () => {
    const server = new PretendServer("/password#secret");
    server.session = SESSION;
    server.on("POST /api/password/link", () => json(LINK));
    server.on("POST /api/password", () => {
      server.session = null;
      return done();
    });
    await open();
    fill("Nieuw wachtwoord", "een heel lange zin");
    await submit("Opslaan");
    await click(screen.getByRole("button", { name: "Naar inloggen" }));
    expect(screen.getByRole("heading", { name: "Inloggen" })).toBeTruthy();
  });

  it("welcomes who was invited, in the language of the letter [1.1-e, 1.1-j]", async () => {
    const server = new PretendServer("/password#secret");
    server.on("POST /api/password/link", () => json({ ...LINK, purpose: "invitation", language: "en" }));
    await open();
    expect(await screen.findByRole("heading", { name: "Welcome, Chantal Vos" })).toBeTruthy();
    expect(server.requests.filter(([, path]) => path === "/api/password/link")).toHaveLength(1);
  });

  it("says why a password may not be chosen, and the link still works", async () => {
    const server = new PretendServer("/password#secret");
    server.on("POST /api/password/link", () => json(LINK));
    server.on("POST /api/password", () => refuse("password_too_common", 422));
    await open();
    fill("Nieuw wachtwoord", "welkom2026");
    await submit("Opslaan");
    expect(note("problem")).toContain("Dit wachtwoord wordt meteen geraden");
    server.on("POST /api/password", () => done());
    fill("Nieuw wachtwoord", "een heel lange zin");
    await submit("Opslaan");
    expect(note("done")).not.toBeNull();
  });

  it.each([
    ["nobody is", null],
    ["somebody is", SESSION],
  ])(
    "says that a used or old link is worth nothing, and how to get another one, where %s logged in",
    async (_who, session) => {
      const server = new PretendServer("/password#secret");
      server.session = session;
      server.on("POST /api/password/link", () => refuse("link_gone", 410));
      await open();
      expect(await screen.findByText(/Deze link werkt niet meer/)).toBeTruthy();
      await click(screen.getByRole("link", { name: "Nieuwe link aanvragen" }));
      expect(screen.getByLabelText("E-mailadres")).toBeTruthy();
    },
  );
});

describe("the second step at log-in", () => {
  async function atTheCode(): Promise<PretendServer> {
    const server = new PretendServer();
    server.on("POST /api/session", (body) => {
      const { code } = body as { code?: string };
      if (code === undefined) return refuse("code_needed", 401);
      return code === "123456" ? json(SESSION) : refuse("wrong_code", 401);
    });
    await open();
    fill("Gebruikersnaam", "chantal@example.nl");
    fill("Wachtwoord", "goed");
    await submit("Inloggen");
    return server;
  }

  it("asks the code of who has one, after name and password", async () => {
    const server = await atTheCode();
    expect(screen.getByRole("heading", { name: "Tweede stap" })).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText("Code"));
    fill("Code", " 123456 ");
    await submit("Inloggen");
    await screen.findByRole("heading", { name: "Operator" });
    expect(server.sent("POST", "/api/session")).toEqual({
      user_name: "chantal@example.nl",
      password: "goed",
      code: "123456",
    });
  });

  it("says that a code is wrong and asks again", async () => {
    await atTheCode();
    fill("Code", "000000");
    await submit("Inloggen");
    expect(note("problem")).toContain("Deze code klopt niet");
    expect(screen.getByLabelText<HTMLInputElement>("Code").value).toBe("");
    await click(screen.getByRole("link", { name: "Terug naar inloggen" }));
    expect(screen.getByLabelText<HTMLInputElement>("Gebruikersnaam").value).toBe("chantal@example.nl");
    expect(document.activeElement).toBe(screen.getByLabelText("Wachtwoord"));
  });
});
