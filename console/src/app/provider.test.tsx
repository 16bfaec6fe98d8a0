import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "../ui/toast.tsx";
import { cleanup, click } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

const ALMELO = {
  id: "zorg-almelo",
  version: "v1",
  name: "Zorg Almelo",
  country: "NL",
  language: "nl",
  time_zone: "Europe/Amsterdam",
  modules: ["operator", "callback", "administration"],
  numbers: ["31546800000"],
  disabled: false,
  demo: false,
  users: 1,
  queues: 3,
};
const DEMO = { ...ALMELO, id: "demo", name: "Zorggroep Twente", numbers: [], demo: true };
const OUT = { ...ALMELO, id: "oud", name: "Oud Rijssen", modules: [], disabled: true };

type Asked = readonly [method: string, path: string, body: unknown];
let asked: Asked[];
let rows: unknown[];
let answer: () => Response;
let gone: string[];
let versions: unknown[];

/** Somebody with the provider's right and no other: nothing inside an organisation is there to be asked. */
beforeEach(() => {
  [asked, gone, versions, rows] = [[], [], [], [ALMELO, OUT, DEMO]];
  answer = () => json(ALMELO);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (init.method !== "GET") {
      if (init.method === "DELETE") versions.push((init.headers as Record<string, string>)["If-Match"]);
      asked.push([
        String(init.method),
        path,
        init.body === undefined ? undefined : JSON.parse(String(init.body)),
      ]);
      return answer();
    }
    if (path === "/api/admin") {
      const resources = [{ name: "organisations", may_change: true }];
      return json({ rights: ["provider.manage"], resources });
    }
    if (path === "/api/admin/rights") return json({ rights: ["provider.manage"] });
    return path === "/api/provider/organisations"
      ? json({ rows })
      : json({ code: "no_right", args: {} }, 403);
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const open = (path: string): Promise<void> => openAdministration(path, (to) => gone.push(to), <Toasts />);

const field = (name: RegExp): HTMLInputElement => screen.getByLabelText(name) as HTMLInputElement;
const said = (): string | null | undefined => [...document.querySelectorAll(".toast")].at(-1)?.textContent;
const press = (name: string | RegExp): Promise<void> => click(screen.getByRole("button", { name }));

describe("the provider's page", () => {
  it("is where its people begin, with every organisation and its modules [X-a, 1.1-l]", async () => {
    await open("/admin");

    const places = within(screen.getByRole("navigation")).getAllByRole("link");
    expect(places.map((one) => one.textContent)).toEqual(["Organisaties"]);
    const listed = screen.getAllByRole("listitem").map((one) => one.textContent);
    expect(listed).toEqual([
      "Zorg AlmeloOperator, Call back, Beheer",
      "Oud Rijssengeen modulebuiten gebruik",
      "Zorggroep TwenteOperator, Call back, Beheerdemo",
    ]);
    expect(screen.getByText("Nieuwe organisatie").getAttribute("href")).toBe("/admin/organisations/new");
  });

  it("makes one with its first administrator, who is invited [X-a, 1.1-e]", async () => {
    rows = [];
    await open("/admin/organisations/new");
    fireEvent.change(field(/Organisatie: $|^Organisatie$/), { target: { value: "Zorg Almelo" } });
    fireEvent.change(field(/Te gebruiken is/), { target: { value: "0546 80 00 00" } });
    fireEvent.change(field(/^Eerste beheerder$/), { target: { value: "Marije Bosma" } });
    fireEvent.change(field(/wordt uitgenodigd op/), { target: { value: "marije@almelo.example" } });

    await press("Maken");

    expect(asked).toEqual([
      [
        "POST",
        "/api/provider/organisations",
        {
          name: "Zorg Almelo",
          country: "NL",
          language: "nl",
          time_zone: "Europe/Amsterdam",
          modules: ["operator", "callback", "administration"],
          numbers: ["0546 80 00 00"],
          administrator_name: "Marije Bosma",
          administrator_email: "marije@almelo.example",
        },
      ],
    ]);
    expect(gone).toEqual(["/admin/organisations/zorg-almelo"]);
  });

  it("switches a module off and an organisation out of service [1.1-l]", async () => {
    await open("/admin/organisations/zorg-almelo");
    expect(document.body.textContent).toContain("1 gebruiker, 3 wachtrijen.");
    await press(/^Modules/);
    await click(screen.getByLabelText("Wallboard (nog niet in deze versie)"));
    await click(screen.getByLabelText("Call back"));
    fireEvent.change(field(/^Gebruik/), { target: { value: "true" } });

    await press("Opslaan");

    expect(asked).toEqual([
      [
        "PATCH",
        "/api/provider/organisations/zorg-almelo",
        { modules: ["operator", "wallboard", "administration"], disabled: true },
      ],
    ]);
  });

  it("keeps the full stop with the field before it, also where a line ends", async () => {
    await open("/admin/organisations/zorg-almelo");
    const modules = screen.getByRole("button", { name: /^Modules/ }).parentElement;
    expect([modules?.className, modules?.textContent]).toEqual(["v-whole", "Operator, Call back, Beheer."]);
  });

  it("keeps a module that this console does not know [1.1-l]", async () => {
    rows = [{ ...ALMELO, modules: ["operator", "later"] }];
    await open("/admin/organisations/zorg-almelo");
    await press(/^Modules/);
    await click(screen.getByLabelText("Call back"));

    await press("Opslaan");

    expect(asked.map(([, , body]) => body)).toEqual([{ modules: ["operator", "callback", "later"] }]);
  });

  it.each([
    ["number_taken", { number: "31765296000", by: "Brabant" }, "076 529 60 00 is van Brabant."],
    ["number_leads", { number: "31546800000", name: "Balie" }, "komt in deze organisatie uit bij Balie"],
    ["organisation_in_call", { count: "2" }, "In deze organisatie zijn nu gesprekken."],
    ["yourself", {}, "Dat kunt u niet bij uzelf doen."],
  ])("says why it is not done: %s", async (code, args, words) => {
    answer = () => json({ code, args, errors: [] }, 409);
    await open("/admin/organisations/zorg-almelo");
    fireEvent.change(field(/Te gebruiken is/), { target: { value: "0765296000" } });

    await press("Opslaan");

    expect(screen.getByRole("alert").textContent).toContain(words);
  });

  it("sends the invitation again to who has not chosen a password [1.1-e]", async () => {
    answer = () => json({ code: "nobody_to_invite", args: {}, errors: [] }, 409);
    await open("/admin/organisations/zorg-almelo");

    await press("De uitnodiging opnieuw sturen");

    const sent = ["POST", "/api/provider/organisations/zorg-almelo/invitation", undefined];
    expect(asked).toEqual([sent]);
    expect(said()).toBe("Elke beheerder daar heeft al een wachtwoord gekozen.");

    answer = () => new Response(null, { status: 204 });
    await press("De uitnodiging opnieuw sturen");

    expect(asked).toEqual([sent, sent]);
    expect(said()).toBe("De uitnodiging is verstuurd.");
  });

  it("deletes none that is in service [X-a]", async () => {
    await open("/admin/organisations/zorg-almelo");

    expect(screen.queryByRole("button", { name: /erwijderen/ })).toBeNull();
    expect(document.body.textContent).toContain("Als de organisatie buiten gebruik is, kan ze hier worden");
  });

  it("deletes one that is out of service when its name is typed, and goes to the list [X-a]", async () => {
    const { field: name } = await askToDelete();
    fireEvent.change(name, { target: { value: "oud rijssen" } });
    await submit(name);
    expect(within(dialog()).getByRole("alert").textContent).toBe("Dat is niet de naam van deze organisatie.");
    expect([asked, name.getAttribute("aria-invalid")]).toEqual([[], "true"]);
    fireEvent.change(name, { target: { value: " Oud Rijssen " } });
    expect(within(dialog()).queryByRole("alert")).toBeNull();
    answer = () => {
      rows = [ALMELO, DEMO];
      return new Response(null, { status: 204 });
    };

    await submit(name);

    expect(asked).toEqual([["DELETE", "/api/provider/organisations/oud?name=Oud%20Rijssen", undefined]]);
    expect(versions).toEqual(['"v1"']);
    expect(gone).toEqual(["/admin/organisations"]);
    expect(said()).toBe("Oud Rijssen is verwijderd.");
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Organisaties"));
  });

  it.each([
    ["organisation_in_call", { count: "2" }, "In deze organisatie zijn nu gesprekken."],
    ["stands_in_file", {}, "Het configuratiebestand noemt deze organisatie"],
    ["out_of_date", {}, "Iemand anders heeft dit intussen gewijzigd."],
    ["not_saved", {}, "De server kon dit niet opslaan."],
  ])("says in the question why it is not deleted: %s [X-a]", async (code, args, words) => {
    const { field: name } = await askToDelete();
    fireEvent.change(name, { target: { value: "Oud Rijssen" } });
    answer = () => json({ code, args, errors: [] }, 409);

    await submit(name);

    expect(within(dialog()).getByRole("alert").textContent).toContain(words);
    await press("Annuleren");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(gone).toEqual([]);
  });
});

const dialog = (): HTMLElement => screen.getByRole("alertdialog");

async function askToDelete(): Promise<{ readonly field: HTMLInputElement }> {
  await open("/admin/organisations/oud");
  await press("Deze organisatie verwijderen");
  const name = within(dialog()).getByLabelText("Naam van de organisatie") as HTMLInputElement;
  return { field: name };
}

/** Enter in the field. */
async function submit(name: HTMLInputElement): Promise<void> {
  await act(async () => {
    fireEvent.submit(name.form as HTMLFormElement);
  });
}
