/** The rules of the server for one person's calls (D5 to D10, D26), as far as the screens need them to be walked through. */

import type { Entities } from "../src/model/entities.ts";
import { applyOps, fromSnapshot } from "../src/model/entities.ts";
import { dialled } from "../src/model/search.ts";
import { connections, isAnswered, isOnLine } from "../src/model/transfer.ts";
import type { CallView, CommandName, Kind, MeView, Op, TransferView, View } from "../src/model/wire.ts";

export class No extends Error {
  readonly args: Record<string, string>;
  constructor(code: string, args: Record<string, string> = {}) {
    super(code);
    this.args = args;
  }
}

type Args = Record<string, string>;

interface Outside {
  readonly tell: (ops: Op[]) => void;
  readonly say: (code: string, args: Args, call: string | null) => void;
}

/** How long somebody who is called lets it ring, and how long a transfer can be undone. */
export const RINGS_MS = 3_000;
export const UNDO_MS = 10_000;

export class FakeDesk {
  all: Entities;
  readonly #outside: Outside;
  #made = 0;

  constructor(views: readonly View[], outside: Outside) {
    this.all = fromSnapshot(views);
    this.#outside = outside;
  }

  get views(): View[] {
    return Object.values(this.all).flatMap((table) => [...(table as ReadonlyMap<string, View>).values()]);
  }

  /** @throws {No} with the code of the refusal; nothing has changed. */
  command(op: CommandName, args: Args): void {
    const [what, does] = op.split(".") as [string, string];
    if (what === "call") this.#call(does, args);
    else if (what === "transfer") this.#transfer(does, args);
    else if (what === "missed") this.#missed(does, args);
    else this.#desk(op, args);
    this.#status();
  }

  /** The other party hangs up. */
  leaves(id: string): void {
    this.#gone(this.#get(id), "them");
    this.#status();
  }

  // --- calls ---

  #call(does: string, args: Args): void {
    const call = (): CallView => this.#get(args["call"] ?? "");
    switch (does) {
      case "answer":
        this.#holdTheActive();
        this.#set(call().id, {
          mine: true,
          offer: null,
          note: null,
          reason: null,
          not_reached: null,
          agent: this.#me.id,
          state: "active",
          answered_at: Date.now(),
        });
        if (this.#me.wrap_up !== null) this.#merge("me", this.#me.id, { wrap_up: null });
        break;
      case "reject":
        if (call().urgent) throw new No("urgent_cannot_be_rejected");
        this.#set(call().id, { offer: null, state: "waiting" });
        break;
      case "hold":
        this.#set(call().id, { state: "held" });
        break;
      case "resume":
        this.#resume(call());
        break;
      case "hang_up":
        this.#gone(call(), "me");
        break;
      case "dial":
        this.#holdTheActive();
        this.#ring(this.#number(args), null, null);
        break;
      case "colleague":
        this.#holdTheActive();
        this.#ring(null, args["user"] ?? "", null);
        break;
      case "conference":
        for (const one of [call(), ...this.#onLine()]) this.#set(one.id, { state: "conference" });
        break;
      case "keys":
        if (this.#onLine().length === 0) throw new No("nobody_on_line");
    }
  }

  #resume(call: CallView): void {
    this.#holdTheActive(call.id);
    const thought = call.transfer?.state === "armed" ? { transfer: null } : {};
    this.#set(call.id, { state: "active", reason: null, ...thought });
  }

  #holdTheActive(but?: string): void {
    for (const call of this.#onLine()) if (call.id !== but) this.#set(call.id, { state: "held" });
  }

  #number(args: Args): string {
    const number = args["number"] ?? "";
    if (number === "" || dialled(number) !== number || /^[*#+]+$/.test(number)) throw new No("bad_number");
    if (/^09\d{2}/.test(number)) throw new No("number_not_allowed", { kind: "premium" });
    return number;
  }

  /** Somebody is called: a white card that turns green, or goes again when busy (a number that ends in 9). */
  #ring(number: string | null, user: string | null, for_: CallView | null): string {
    const colleague = user === null ? undefined : this.all.agent.get(user);
    if (colleague?.reachable === false) throw new No("colleague_not_there", { name: colleague.name });
    this.#made += 1;
    const id = `out${this.#made}`;
    const now = Date.now();
    this.#outsideTell([
      {
        a: "s",
        e: {
          k: "call", id, v: 1, queue: for_?.queue ?? null, queue_name: for_?.queue_name ?? null, urgent: false,
          direction: "out", state: "dialling", since: now, entered_at: now, answered_at: null,
          number: colleague?.extension ?? number, name: colleague?.name ?? null, agent: this.#me.id,
          agent_name: this.#me.name, mine: true, direct: false, internal: colleague !== undefined, called_back: false,
          transfer: null, offer: null, note: null, reason: null, not_reached: null,
        },
      },
    ]); // biome-ignore format: a table of facts
    const busy = colleague?.status === "in_call" || number?.endsWith("9") === true;
    setTimeout(() => {
      const call = this.all.call.get(id);
      if (call?.state !== "dialling") return;
      if (busy) this.#gone(call, "busy");
      else {
        this.#set(id, { state: "active", answered_at: Date.now() });
        const from = this.#for(id);
        if (from?.transfer) this.#passing(from, { ...from.transfer, state: "consulting" });
      }
      this.#status();
    }, RINGS_MS);
    return id;
  }

  #gone(call: CallView, how: "me" | "them" | "busy"): void {
    const from = this.#for(call.id);
    const { transfer } = call;
    this.#outsideTell([{ a: "x", k: "call", id: call.id }]);
    if (from?.transfer) {
      const name = from.transfer.recipient_name ?? "";
      if (how === "me") this.#passing(from, { ...from.transfer, state: "armed", recipient: null });
      else {
        const reason = how === "busy" ? "busy" : "hung_up";
        this.#set(from.id, { transfer: null, reason, not_reached: name });
        this.#outside.say(`recipient_${reason}`, { name }, from.id);
        if (how === "busy") this.#resume(this.#get(from.id));
      }
    } else if (how === "busy")
      this.#outside.say("recipient_busy", { name: call.name ?? call.number ?? "" }, null);
    const recipient =
      transfer?.mine && transfer.recipient !== null ? this.all.call.get(transfer.recipient) : undefined;
    if (recipient === undefined || how === "me") return;
    if (recipient.state === "dialling") this.#outsideTell([{ a: "x", k: "call", id: recipient.id }]);
    else this.#set(recipient.id, { note: "caller_gone" });
  }

  // --- passing on ---

  #transfer(does: string, args: Args): void {
    const call = this.#get(args["call"] ?? "");
    const transfer = call.transfer?.mine ? call.transfer : null;
    if (does === "arm") return this.#arm(call, args["kind"] as TransferView["kind"]);
    const waits = call.state === "waiting" || call.state === "offered";
    if (does === "queue") return this.#toQueue(call, args["queue"] ?? "");
    if (does === "colleague" && waits) return this.#blind(call, args["user"] ?? null, null);
    if (transfer === null) throw new No("not_armed");
    switch (does) {
      case "cancel":
        return this.#cancel(call, transfer);
      case "number":
      case "colleague": {
        if (transfer.state !== "armed") throw new No("transfer_in_progress");
        const number = does === "number" ? this.#number(args) : null;
        const user = args["user"] ?? null;
        if (transfer.kind === "blind") return this.#blind(call, user, number);
        this.#holdTheActive();
        const recipient = this.#ring(number, user, call);
        const name = this.all.agent.get(user ?? "")?.name ?? number;
        return this.#passing(call, { ...transfer, state: "dialling", recipient, recipient_name: name });
      }
      case "complete":
        return this.#complete(call, transfer, this.#get(args["to"] ?? ""), args["confirmed"] === "true");
      case "connect": {
        if (transfer.state !== "dialling" || transfer.recipient === null) throw new No("too_late");
        const to = this.#get(transfer.recipient);
        this.#outsideTell([{ a: "x", k: "call", id: to.id }]);
        const user = [...this.all.agent.values()].find((agent) => agent.name === to.name)?.id ?? null;
        return this.#blind(call, user, user === null ? to.number : null);
      }
      case "undo":
        if (transfer.state !== "completed" || (transfer.until ?? 0) <= Date.now()) throw new No("too_late");
        this.#set(call.id, { transfer: null, mine: true, agent: this.#me.id, state: "held" });
        if (transfer.recipient !== null && this.all.call.has(transfer.recipient))
          this.#set(transfer.recipient, { mine: true, agent: this.#me.id, state: "held" });
    }
  }

  #arm(call: CallView, kind: TransferView["kind"]): void {
    if (!isAnswered(call)) throw new No("not_answered_yet");
    if (kind === "blind" && this.#onLine().some((one) => one.id !== call.id)) throw new No("only_attended");
    this.#set(call.id, {
      state: "held",
      reason: null,
      not_reached: null,
      transfer: { kind, state: "armed", mine: true, recipient: null, recipient_name: null, until: null },
    });
    this.#wasActive.set(call.id, isOnLine(call));
  }

  readonly #wasActive = new Map<string, boolean>();

  #cancel(call: CallView, transfer: TransferView): void {
    if (transfer.state === "completed") throw new No("too_late");
    this.#set(call.id, { transfer: null, mine: true, agent: this.#me.id, state: "held" });
    if (transfer.state === "dialling" && transfer.recipient !== null)
      this.#outsideTell([{ a: "x", k: "call", id: transfer.recipient }]);
    const resumes =
      transfer.state === "armed" ? this.#wasActive.get(call.id) : transfer.state !== "consulting";
    if (resumes === true && this.#onLine().length === 0) this.#resume(this.#get(call.id));
  }

  #blind(call: CallView, user: string | null, number: string | null): void {
    const colleague = user === null ? undefined : this.all.agent.get(user);
    const ringing: TransferView = {
      kind: "blind", state: "ringing", mine: true, recipient: null,
      recipient_name: colleague?.name ?? number, until: Date.now() + 20_000,
    }; // biome-ignore format: a table of facts
    this.#set(call.id, { mine: false, agent: null, offer: null, state: "transferring", transfer: ringing });
    setTimeout(() => {
      const now = this.all.call.get(call.id);
      if (now?.transfer?.state !== "ringing") return;
      if (colleague?.status === "in_call" || colleague?.status === "not_answered") {
        const reason = colleague.status === "in_call" ? "busy" : "no_answer";
        this.#set(call.id, {
          transfer: null, state: "offered", note: "returned", reason, not_reached: colleague.name,
          offer: { since: Date.now(), ringing: true, rejectable: !call.urgent },
        }); // biome-ignore format: a table of facts
        this.#outside.say("transfer_returned", { name: colleague.name, reason }, call.id);
      } else this.#done(this.#get(call.id), null);
      this.#status();
    }, RINGS_MS);
  }

  #complete(call: CallView, transfer: TransferView, to: CallView, confirmed: boolean): void {
    if (!isAnswered(call) || !isAnswered(to)) throw new No("not_answered_yet");
    const another = transfer.recipient !== null && transfer.recipient !== to.id;
    if ((another || (to.direction === "in" && !to.internal)) && !confirmed)
      throw new No("confirm_recipient", {
        one: call.name ?? call.number ?? "",
        other: to.name ?? to.number ?? "",
      });
    if (connections(this.all, to).length === 0) throw new No("not_armed");
    this.#done(call, to);
  }

  #done(call: CallView, to: CallView | null): void {
    const name = call.transfer?.recipient_name ?? to?.name ?? to?.number ?? "";
    const kind = to === null ? "blind" : "attended";
    if (to !== null) this.#set(to.id, { mine: false, agent: null, state: "transferred" });
    const until = Date.now() + UNDO_MS;
    this.#set(call.id, {
      mine: false, agent: null, state: "transferred",
      transfer: { kind, state: "completed", mine: true, recipient: to?.id ?? null, recipient_name: name, until },
    }); // biome-ignore format: a table of facts
    this.#outside.say("transfer_done", { name }, call.id);
    setTimeout(() => {
      if (this.all.call.get(call.id)?.transfer?.state !== "completed") return;
      for (const id of [call.id, to?.id])
        if (id !== undefined) this.#outsideTell([{ a: "x", k: "call", id }]);
    }, UNDO_MS);
  }

  #toQueue(call: CallView, queue: string): void {
    const name = this.all.queue.get(queue)?.name ?? null;
    const where = { queue, queue_name: name, state: "waiting" as const, offer: null };
    this.#set(call.id, { ...where, mine: false, agent: null, transfer: null });
  }

  // --- callers who were missed ---

  #missed(does: string, args: Args): void {
    const row = this.all.missed.get(args["missed"] ?? "");
    if (row === undefined) throw new No("missed_gone");
    const other = row.claimed_by !== null && row.claimed_by !== this.#me.id;
    if (does === "close") return this.#outsideTell([{ a: "x", k: "missed", id: row.id }]);
    if (does === "release") {
      return this.#merge("missed", row.id, { claimed_by: null, claimed_by_name: null, claimed_at: null });
    }
    if (other && args["confirmed"] !== "true") {
      throw new No("missed_claimed", { name: row.claimed_by_name ?? "" });
    }
    if (does === "call" && row.number !== null) {
      this.#holdTheActive();
      this.#ring(row.number, null, null);
    }
    this.#merge("missed", row.id, {
      claimed_by: this.#me.id,
      claimed_by_name: this.#me.name,
      claimed_at: Date.now(),
      calling: does === "call",
    });
  }

  // --- status, queues, phone ---

  #desk(op: CommandName, args: Args): void {
    const me = (part: Partial<MeView>): void => this.#merge("me", this.#me.id, part);
    const now = this.#me;
    switch (op) {
      case "group.select":
        return me({ group: args["group"] ?? null });
      case "device.pair":
        if (args["device"] === "d2") throw new No("device_taken", { name: "Piet Jansen" });
        return me({ device: args["device"] ?? null });
      case "device.unpair":
        return me({ device: null });
      case "queue.sign_in":
        return me({ signed_in: [...now.signed_in, args["queue"] ?? ""] });
      case "queue.sign_out":
        if (args["queue"] === "q2" && args["confirmed"] !== "true") throw new No("last_in_urgent");
        return me({ signed_in: now.signed_in.filter((queue) => queue !== args["queue"]) });
      case "wrap_up.start":
        if (this.#mine().length > 0) return me({ wrap_up_armed: true });
        return me({
          wrap_up: { kind: "manual", since: Date.now(), until: null, stoppable: true, extendable: false },
        });
      case "wrap_up.stop":
        if (now.wrap_up?.stoppable === false) throw new No("wrap_up_fixed");
        return me({ wrap_up: null, wrap_up_armed: false });
      case "wrap_up.extend": {
        const { wrap_up } = now;
        if (wrap_up?.until === null || wrap_up === null) throw new No("wrap_up_fixed");
        return me({ wrap_up: { ...wrap_up, until: (wrap_up.until ?? 0) + 30_000, extendable: false } });
      }
      case "agent.pause":
        if (!now.pause_reasons.includes(args["reason"] ?? "")) throw new No("no_reason");
        return me({ pause: args["reason"] ?? null });
      case "agent.return":
        return me({ pause: null, status: "available" });
    }
  }

  #status(): void {
    const mine = this.#mine();
    const now = this.#me;
    const status: MeView["status"] = mine.some(isOnLine)
      ? "in_call"
      : mine.length > 0
        ? "holding"
        : now.wrap_up !== null && now.wrap_up.kind !== "pending"
          ? "wrap_up"
          : now.pause !== null
            ? "paused"
            : "available";
    if (status !== now.status && now.status !== "not_answered")
      this.#merge("me", now.id, { status, status_since: Date.now() });
  }

  get #me(): MeView {
    const [me] = this.all.me.values();
    if (me === undefined) throw new Error("a desk without a person");
    return me;
  }

  #mine = (): CallView[] => [...this.all.call.values()].filter((call) => call.mine);
  #onLine = (): CallView[] => this.#mine().filter(isOnLine);
  #for = (recipient: string): CallView | undefined =>
    this.#mine().find(
      (call) => call.transfer?.recipient === recipient && call.transfer.state !== "completed",
    );

  #get(id: string): CallView {
    const call = this.all.call.get(id);
    if (call === undefined) throw new No("call_gone");
    return call;
  }

  #passing(call: CallView, transfer: TransferView): void {
    this.#set(call.id, { transfer });
  }

  #set(id: string, part: Partial<CallView>): void {
    const before = this.#get(id);
    const moved = part.state !== undefined && part.state !== before.state;
    this.#merge("call", id, { ...part, v: before.v + 1, ...(moved && { since: Date.now() }) });
  }

  #merge(k: Kind, id: string, f: Record<string, unknown>): void {
    this.#outsideTell([{ a: "m", k, id, f }]);
  }

  #outsideTell(ops: Op[]): void {
    this.all = applyOps(this.all, ops);
    this.#outside.tell(ops);
  }
}
