import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRequest } from "jssip/lib/SIPMessage";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from "jssip/lib/UA";
import type { SoftphoneCredentials } from "../model/wire.ts";
import { boundedGathering } from "./ice.ts";
import type { Devices, PhoneStatus, Softphone } from "./phone.ts";

const BUSY_HERE = 486;

/** The softphone on JsSIP, which is fetched only when a browser phone is really paired. */
export class JsSipPhone implements Softphone {
  #status: PhoneStatus = { phone: "off", leg: "idle", problem: null };
  readonly #readers = new Set<(status: PhoneStatus) => void>();
  readonly #loudspeaker = new Audio();
  #ua: UA | null = null;
  #session: RTCSession | null = null;
  /** The leg that is being answered: asked again while its microphone opens, it is answered once. */
  #answering: RTCSession | null = null;
  #microphone: Promise<MediaStream> | null = null;
  #devices: Devices;

  constructor(devices: Devices) {
    this.#devices = devices;
    this.#loudspeaker.autoplay = true;
    // Not there on a page that is not secure.
    (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener("devicechange", this.#plugged);
  }

  async register(credentials: SoftphoneCredentials): Promise<void> {
    this.unregister();
    this.#set({ phone: "connecting", leg: "idle", problem: null });
    const { UA: Agent, WebSocketInterface } = await import("jssip");
    const url = new URL(credentials.ws_path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const ua = new Agent({
      sockets: [new WebSocketInterface(url.href)],
      uri: credentials.uri,
      authorization_user: credentials.auth_user,
      password: credentials.password,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 10,
      user_agent: "Cordboard",
    });
    ua.on("registered", () => this.#set({ phone: "registered" }));
    // After a failure it is said too, and the library does not try again by itself.
    ua.on("unregistered", () => this.#status.phone !== "failed" && this.#set({ phone: "connecting" }));
    ua.on("disconnected", () => this.#set({ phone: "connecting" }));
    ua.on("registrationFailed", () => this.#set({ phone: "failed" }));
    ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if (event.originator === "remote") this.#arrived(event as IncomingRTCSessionEvent);
    });
    this.#ua = ua;
    ua.start();
  }

  answer(): void {
    const session = this.#session;
    if (session === null || this.#status.leg !== "ringing" || this.#answering === session) return;
    void this.#answer(session);
  }

  hangUp(): void {
    const session = this.#session;
    if (session !== null && !session.isEnded()) session.terminate();
  }

  echo(target: string): void {
    if (this.#ua === null || this.#session !== null) return;
    void this.#withMicrophone((mediaStream) => {
      if (this.#ua === null || this.#session !== null) return;
      const session = this.#ua.call(target, { mediaStream, pcConfig: { iceServers: [] } });
      this.#adopt(session, "testing");
    });
  }

  async setDevices(devices: Devices): Promise<void> {
    this.#devices = devices;
    await this.#applySpeaker();
    await this.#changeMicrophone();
  }

  unlock(): void {
    const { srcObject, paused } = this.#loudspeaker;
    if (srcObject !== null && paused) this.#loudspeaker.play().catch(() => undefined);
  }

  /** Who lost the microphone in a call and plugs it in again is heard again. */
  readonly #plugged = (): void => {
    if (this.#status.problem === "no_microphone") void this.#changeMicrophone();
  };

  unregister(): void {
    this.hangUp();
    this.#ua?.stop();
    this.#ua = null;
    this.#set({ phone: "off", leg: "idle" });
  }

  watch(reader: (status: PhoneStatus) => void): () => void {
    this.#readers.add(reader);
    reader(this.#status);
    return () => this.#readers.delete(reader);
  }

  #arrived({ session, request }: IncomingRTCSessionEvent): void {
    if (this.#status.leg === "testing") this.hangUp();
    else if (this.#session !== null) {
      // One audio leg per device: whatever else happens, the server joins to the leg that is there.
      session.terminate({ status_code: BUSY_HERE });
      return;
    }
    this.#adopt(session, "ringing");
    // While it rings, so that the click that answers does not wait for the microphone.
    this.#openMicrophone().catch(() => undefined);
    if (mustAnswerAtOnce(request)) this.answer();
  }

  async #answer(session: RTCSession): Promise<void> {
    this.#answering = session;
    await this.#withMicrophone((mediaStream) => {
      if (!session.isInProgress()) return;
      session.answer({ mediaStream, pcConfig: { iceServers: [] } });
    });
  }

  /** Follow one leg until its end. */
  #adopt(session: RTCSession, leg: "ringing" | "testing"): void {
    this.#session = session;
    this.#set({ leg });
    session.on("icecandidate", boundedGathering());
    session.on("peerconnection", ({ peerconnection }) => this.#listenTo(peerconnection));
    // On an outgoing leg the connection is there before anybody can listen for it.
    if (leg === "testing" && session.connection) this.#listenTo(session.connection);
    session.on("accepted", () => {
      if (leg === "ringing" && this.#session === session) this.#set({ leg: "talking" });
    });
    const over = (): void => {
      if (this.#session !== session) return;
      this.#session = null;
      this.#answering = null;
      this.#loudspeaker.srcObject = null;
      this.#releaseMicrophone();
      this.#set({ leg: "idle" });
    };
    session.on("ended", over);
    session.on("failed", over);
  }

  #listenTo(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, streams }) => {
      this.#loudspeaker.srcObject = streams[0] ?? new MediaStream([track]);
      void this.#applySpeaker();
      // Refused only before the first click on the page; the device button is such a click.
      this.#loudspeaker.play().catch(() => undefined);
    });
  }

  async #withMicrophone(use: (stream: MediaStream) => void): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await this.#openMicrophone();
    } catch {
      this.#set({ problem: "no_microphone" });
      this.hangUp();
      return;
    }
    this.#set({ problem: null });
    use(stream);
  }

  /** A call goes on with another microphone, without being set up again; the person is told when there is none. */
  async #changeMicrophone(): Promise<void> {
    const session = this.#session;
    const sender = session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (sender === undefined) return;
    this.#releaseMicrophone();
    try {
      const stream = await this.#openMicrophone();
      if (this.#session !== session) return this.#releaseMicrophone();
      await sender.replaceTrack(stream.getAudioTracks()[0] ?? null);
      this.#set({ problem: null });
    } catch {
      this.#set({ problem: "no_microphone" });
    }
  }

  #openMicrophone(): Promise<MediaStream> {
    const { microphone } = this.#devices;
    if (this.#microphone === null) {
      const opening = navigator.mediaDevices.getUserMedia({
        audio: {
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
          ...(microphone !== "" && { deviceId: { ideal: microphone } }),
        },
      });
      opening.then(
        // Pulled out, or taken away: what we stop ourselves does not say so.
        (stream) =>
          stream.getAudioTracks()[0]?.addEventListener("ended", () => {
            if (this.#microphone !== opening) return;
            this.#microphone = null;
            void this.#changeMicrophone();
          }),
        () => {
          if (this.#microphone === opening) this.#microphone = null;
        },
      );
      this.#microphone = opening;
    }
    return this.#microphone;
  }

  #releaseMicrophone(): void {
    const opened = this.#microphone;
    this.#microphone = null;
    opened?.then(
      (stream) => {
        for (const track of stream.getTracks()) track.stop();
      },
      () => undefined,
    );
  }

  async #applySpeaker(): Promise<void> {
    // Not every browser can choose; then the computer's own choice stays.
    if ("setSinkId" in this.#loudspeaker) {
      await this.#loudspeaker.setSinkId(this.#devices.speaker).catch(() => undefined);
    }
  }

  #set(part: Partial<PhoneStatus>): void {
    const keys = Object.keys(part) as (keyof PhoneStatus)[];
    // A reader may ask the phone for something in turn; only news may wake it.
    if (keys.every((key) => part[key] === this.#status[key])) return;
    this.#status = { ...this.#status, ...part };
    for (const reader of this.#readers) reader(this.#status);
  }
}

/** The server asks to take the call without a click (RFC 5373 style: `Call-Info: <...>;answer-after=0`). */
export function mustAnswerAtOnce(request: Pick<IncomingRequest, "getHeader">): boolean {
  const info = request.getHeader("Call-Info") ?? "";
  const mode = request.getHeader("Alert-Info") ?? "";
  return /;\s*answer-after\s*=\s*0\b/i.test(info) || /info\s*=\s*alert-autoanswer/i.test(mode);
}
