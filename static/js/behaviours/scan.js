/* A camera that reads a card: BarcodeDetector where the phone has it, else jsQR, fetched only then. Refused: the short code is typed. */
const EVERY_MS = 250;
const WIDEST = 640;
const ADDRESS = /\/c\/([A-Za-z0-9_-]{8,80})\/?$/;

async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
  }
  if (!window.jsQR) await import("/static/vendor/jsqr-1.4.0/jsQR.js");
  return async (canvas) => {
    const { data, width, height } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(data, width, height)?.data;
  };
}

export default async function scan(box) {
  const video = box.querySelector("video");
  const said = box.querySelector("[data-scan-status]");
  const say = (name) => { said.textContent = box.dataset[name] ?? ""; };

  async function begin() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      say("refused");
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    say("look");
    const read = await reader().catch(() => null);
    if (!read) {
      say("refused");
      return;
    }
    const canvas = document.createElement("canvas");
    const stop = () => stream.getTracks().forEach((track) => track.stop());
    addEventListener("pagehide", stop, { once: true });
    const look = async () => {
      if (video.videoWidth) {
        const scale = Math.min(1, WIDEST / video.videoWidth);
        canvas.width = Math.round(video.videoWidth * scale);
        canvas.height = Math.round(video.videoHeight * scale);
        canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
        const text = await read(canvas).catch(() => null);
        const found = text && ADDRESS.exec(text);
        if (found) {
          stop();
          say("found");
          location.assign(`/visits/new?code=${encodeURIComponent(found[1])}`);
          return;
        }
        if (text) say("other");
      }
      setTimeout(look, EVERY_MS);
    };
    look();
  }

  if (box.closest("[hidden]")) box.closest("[data-pocket-scan]")?.addEventListener("portal:scan", begin, { once: true });
  else begin();
}
