import { act } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cleanup } from "./harness.tsx";
import { openAdministration } from "./open-administration.tsx";
import { json } from "./pretend-portal.tsx";

const PHONE = {
  id: "d1",
  version: "v1",
  name: "Toestel 201",
  kind: "sip",
  extension: "201",
  answer_method: "header",
  one_line: true,
  position: 0,
  registered: false,
  used_by: null,
  used_by_name: null,
  server: { host: "192.0.2.1", port: 5060, transport: "udp" },
  user: "d-d1",
};
let registered: boolean;

beforeEach(() => {
  registered = false;
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  vi.stubGlobal("fetch", async (url: string) => {
    const path = url.replace("/api/admin", "");
    if (path === "") {
      return json({ rights: ["admin.telephony"], resources: [{ name: "devices", may_change: true }] });
    }
    return json(path === "/rights" ? { rights: [] } : { rows: [{ ...PHONE, registered }] });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("the page of a phone says that it has connected or gone, while one looks [1.2-j]", async () => {
  await openAdministration("/admin/devices/d1");
  expect(document.body.textContent).toContain("Het toestel is niet verbonden.");

  registered = true;
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(document.body.textContent).toContain("Het toestel is verbonden.");
});
