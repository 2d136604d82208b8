/* Takes in step: one scrubber, side by side; two also wiped or as their difference; boxes, worst frames, keys.

   Plain ESM for anywidget, no build step. The state that counts (`winner`, `time`, `mode`) is in the model's traits.
   A clip is played from its link beside the notebook, which Jupyter serves under /files; where that cannot be had (a
   server with another root, Colab), its bytes are asked of the kernel once, and played from a blob. */

const MODES = [["side", "side by side", "S"], ["wipe", "wipe", "W"], ["difference", "difference", "D"]];
const TELL_EVERY = 150; // ms between two words to the kernel about the time

function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** One clip with its picture, its boxes and whatever stands in the way of playing it. */
class Pane {
  constructor(model, index, clip) {
    this.model = model;
    this.index = index;
    this.clip = clip;
    this.asked = false;
    this.blob = null;
    this.wanted = null;
    this.video = element("video", { muted: "", playsinline: "", preload: "auto", poster: clip.poster || null });
    this.video.muted = true;
    this.video.tabIndex = -1;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.why = element("div", { class: "why", role: "status" });
    this.name = element("span", { class: "name" }, `${index + 1}: ${clip.label}`);
    this.node = element("div", { class: "pane" }, this.video, this.canvas, this.name, this.why);
    this.node.style.aspectRatio = `${clip.width || 16} / ${clip.height || 9}`;
    this.video.addEventListener("error", () => this.failed());
    this.video.addEventListener("loadedmetadata", () => this.seek(this.wanted ?? 0));
    this.video.addEventListener("seeked", () => this.arrived());
    this.load();
  }

  async load() {
    if (!this.clip.link) return this.ask();
    try {
      const manager = this.model.widget_manager;
      this.video.src = manager?.resolveUrl ? await manager.resolveUrl(this.clip.link) : this.clip.link;
    } catch {
      this.ask();
    }
  }

  failed() {
    if (this.asked) this.why.textContent = "This browser cannot play the clip.";
    else this.ask();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    this.why.textContent = "Fetching the clip from the kernel …";
    this.model.send({ kind: "clip", index: this.index, link: this.clip.link });
  }

  receive(message, buffers) {
    if (message.problem) {
      this.why.textContent = message.problem;
      return;
    }
    this.why.textContent = "";
    this.free();
    this.blob = URL.createObjectURL(new Blob([buffers[0]], { type: message.type }));
    this.video.src = this.blob;
  }

  /** Show the frame at a time: its middle, since players round at its edges. One seek at a time, the last one wins. */
  seek(time) {
    const frame = 1 / this.clip.fps;
    const last = Math.max(0, this.clip.seconds - frame);
    this.wanted = Math.min(Math.max(0, time), last);
    if (this.video.seeking || this.video.readyState < 1) return;
    const target = (Math.floor(this.wanted * this.clip.fps + 1e-3) + 0.5) * frame;
    if (Math.abs(this.video.currentTime - target) > frame / 100) this.video.currentTime = target;
  }

  arrived() {
    const shown = Math.floor(this.video.currentTime * this.clip.fps + 1e-3);
    const wanted = Math.floor((this.wanted ?? 0) * this.clip.fps + 1e-3);
    if (this.video.paused && shown !== wanted) this.seek(this.wanted);
  }

  draw(time, shown) {
    const { canvas, clip } = this;
    const scale = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!shown || !clip.boxes?.length) return;
    const near = clip.boxes.reduce((a, b) => (Math.abs(b.time - time) < Math.abs(a.time - time) ? b : a));
    pen.lineWidth = 2 * scale;
    pen.font = `${12 * scale}px system-ui, sans-serif`;
    for (const box of clip.boxes.filter((one) => one.time === near.time && one.right > one.left)) {
      const [x, y] = [box.left * canvas.width, box.top * canvas.height];
      const [w, h] = [(box.right - box.left) * canvas.width, (box.bottom - box.top) * canvas.height];
      pen.strokeStyle = "#000";
      pen.strokeRect(x - scale, y - scale, w + 2 * scale, h + 2 * scale);
      pen.strokeStyle = "#ffd54a";
      pen.strokeRect(x, y, w, h);
      const wide = pen.measureText(box.label).width + 8 * scale;
      pen.fillStyle = "rgba(0, 0, 0, 0.75)";
      pen.fillRect(x, y, wide, 16 * scale);
      pen.fillStyle = "#ffd54a";
      pen.fillText(box.label, x + 4 * scale, y + 12 * scale);
    }
  }

  free() {
    if (this.blob) URL.revokeObjectURL(this.blob);
    this.blob = null;
  }

  close() {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.free();
  }
}

class Player {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.panes = [];
    this.told = 0;
    this.timer = null;
    this.loop = null;
    this.build();
  }

  get fps() {
    return Math.max(...this.panes.map((pane) => pane.clip.fps), 1);
  }

  get frames() {
    const seconds = Math.max(...this.panes.map((pane) => pane.clip.seconds), 0);
    return Math.max(1, Math.round(seconds * this.fps));
  }

  get playing() {
    return this.panes.some((pane) => !pane.video.paused && !pane.video.ended);
  }

  build() {
    this.stop();
    for (const pane of this.panes) pane.close();
    this.panes = this.model.get("clips").map((clip, index) => new Pane(this.model, index, clip));
    this.stage = element("div", { class: "stage" }, ...this.panes.map((pane) => pane.node));
    this.stage.append(this.buildDivider());
    this.root.replaceChildren(this.buildModes(), this.stage, this.buildTrack(), this.buildTransport());
    this.frame = Math.min(Math.round(this.model.get("time") * this.fps), this.frames - 1);
    this.show();
    this.go(this.frame, false);
  }

  buildModes() {
    const press = (mode) => () => this.set("mode", mode);
    this.modeButtons = MODES.map(([mode, words, key]) =>
      element("button", { type: "button", title: `${words} (${key})`, "data-mode": mode, onclick: press(mode) }, words));
    this.boxButton = element("button", { type: "button", title: "boxes (B)", onclick: () => this.toggleBoxes() }, "boxes");
    const two = this.panes.length === 2;
    this.choices = (this.panes.length < 2 ? [] : this.panes).map((pane, index) =>
      element("button", { type: "button", title: `choose ${pane.clip.label} (${index + 1}); again takes it back`,
        "data-choice": `${index + 1}`, onclick: () => this.choose(`${index + 1}`) }));
    const hasBoxes = this.panes.some((pane) => pane.clip.boxes?.length);
    return element("div", { class: "row" }, ...(two ? this.modeButtons : []), ...(hasBoxes ? [this.boxButton] : []),
      element("span", { class: "gap" }), ...this.choices);
  }

  buildDivider() {
    this.divider = element("div", { class: "divider", role: "slider", tabindex: "0", "aria-label": "where the wipe stands",
      "aria-valuemin": "0", "aria-valuemax": "100" });
    this.divider.addEventListener("pointerdown", (event) => {
      this.divider.setPointerCapture(event.pointerId);
      this.dragging = true;
    });
    this.divider.addEventListener("pointermove", (event) => {
      if (!this.dragging) return;
      const area = this.stage.getBoundingClientRect();
      this.wipeTo((event.clientX - area.left) / area.width);
    });
    const end = () => {
      if (this.dragging) this.model.save_changes();
      this.dragging = false;
    };
    this.divider.addEventListener("pointerup", end);
    this.divider.addEventListener("pointercancel", end);
    return this.divider;
  }

  buildTrack() {
    this.range = element("input", { type: "range", min: "0", max: `${this.frames - 1}`, step: "1", "aria-label": "frame",
      oninput: () => this.go(Number(this.range.value)) });
    const found = new Map(); // what is to be seen at a frame, in whichever clips
    this.panes.forEach((pane, index) => (pane.clip.marks || []).forEach((mark) => {
      const frame = Math.round(mark.time * this.fps);
      found.set(frame, [...(found.get(frame) || []), { clip: index + 1, said: `${pane.clip.label}: ${mark.label}` }]);
    }));
    const marks = [...found].map(([frame, said]) => {
      const share = Math.min(1, frame / Math.max(1, this.frames - 1));
      const button = element("button", { type: "button", class: "worst", onclick: () => this.go(frame),
        title: `${said.map((one) => one.said).join("\n")}\n(M goes from one to the next)` },
      `▼${[...new Set(said.map((one) => one.clip))].join(" ")}`);
      button.style.left = `calc(8px + ${share} * (100% - 16px))`;
      return button;
    });
    this.marks = [...found.keys()].sort((a, b) => a - b);
    return element("div", { class: "track" }, ...marks, this.range);
  }

  buildTransport() {
    const step = (by) => () => this.go(this.frame + by);
    this.play = element("button", { type: "button", onclick: () => this.toggle(), title: "play or pause (space)" }, "play");
    this.clock = element("span", { class: "clock", role: "status" });
    const keys = "Keys, once you clicked here: ← → one frame, with shift ten; space; 1 2 … choose; S W D; B boxes; M worst frames";
    return element("div", { class: "row" },
      element("button", { type: "button", onclick: step(-1), title: "one frame back (←)" }, "◀ frame"), this.play,
      element("button", { type: "button", onclick: step(1), title: "one frame on (→)" }, "frame ▶"), this.clock,
      element("span", { class: "keys" }, keys));
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
    this.show();
  }

  choose(which) {
    const there = this.panes.length > 1 && Number(which) <= this.panes.length;
    if (there) this.set("winner", this.model.get("winner") === which ? "" : which);
  }

  toggleBoxes() {
    this.set("boxes", !this.model.get("boxes"));
  }

  wipeTo(share) {
    this.model.set("wipe", Math.min(1, Math.max(0, share)));
    this.show();
  }

  /** Paint everything that follows from the model. */
  show() {
    const mode = this.panes.length === 2 ? this.model.get("mode") : "side";
    const [wipe, winner] = [this.model.get("wipe"), this.model.get("winner")];
    this.stage.style.setProperty("--columns", `${this.panes.length}`);
    this.stage.className = `stage ${mode === "side" ? "" : `over ${mode}`} ${this.panes.length < 2 ? "alone" : ""}`;
    for (const button of this.modeButtons) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.boxButton.setAttribute("aria-pressed", String(this.model.get("boxes")));
    this.choices.forEach((button, index) => {
      const won = winner === `${index + 1}`;
      button.setAttribute("aria-pressed", String(won));
      button.textContent = won ? `✓ ${index + 1} is chosen` : `choose ${index + 1}`;
      this.panes[index].node.classList.toggle("won", won);
    });
    if (this.panes.length === 2) this.panes[1].node.style.clipPath = mode === "wipe" ? `inset(0 0 0 ${100 * wipe}%)` : "";
    this.divider.style.left = `${100 * wipe}%`;
    this.divider.setAttribute("aria-valuenow", String(Math.round(100 * wipe)));
    this.paint();
  }

  paint() {
    const time = this.frame / this.fps;
    this.range.value = String(this.frame);
    this.clock.textContent = `frame ${this.frame + 1} of ${this.frames} · ${time.toFixed(2)} s`;
    for (const pane of this.panes) pane.draw(time, this.model.get("boxes"));
  }

  /** Show a frame of both clips. */
  go(frame, tell = true) {
    this.stop();
    this.frame = Math.min(this.frames - 1, Math.max(0, frame));
    for (const pane of this.panes) pane.seek(this.frame / this.fps);
    this.paint();
    if (tell) this.tell();
  }

  /** Tell the kernel where we are, not more often than it can use, and in the end for sure. */
  tell() {
    this.model.set("time", this.frame / this.fps);
    clearTimeout(this.timer);
    const wait = Math.max(0, TELL_EVERY - (performance.now() - this.told));
    this.timer = setTimeout(() => {
      this.told = performance.now();
      this.model.save_changes();
    }, wait);
  }

  toggle() {
    if (this.playing) {
      this.go(this.frame);
      return;
    }
    if (this.frame >= this.frames - 1) this.go(0);
    for (const pane of this.panes) pane.video.play().catch(() => pane.failed());
    this.play.textContent = "pause";
    const follow = () => {
      const [first, ...others] = [...this.panes].sort((a, b) => b.clip.seconds - a.clip.seconds);
      const now = first.video.currentTime;
      this.frame = Math.min(this.frames - 1, Math.floor(now * this.fps + 1e-3));
      for (const pane of others) {
        const off = Math.abs(pane.video.currentTime - now);
        if (off > 1.5 / this.fps && now < pane.clip.seconds && !pane.video.seeking) pane.video.currentTime = now;
      }
      this.paint();
      if (first.video.ended || first.video.paused) this.go(this.frame);
      else this.loop = requestAnimationFrame(follow);
    };
    this.loop = requestAnimationFrame(follow);
  }

  stop() {
    cancelAnimationFrame(this.loop);
    for (const pane of this.panes) pane.video.pause();
    if (this.play) this.play.textContent = "play";
  }

  nextMark() {
    if (this.marks.length) this.go(this.marks.find((mark) => mark > this.frame) ?? this.marks[0]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onDivider = event.target === this.divider;
    const step = event.shiftKey ? 10 : 1;
    const nudge = (by) => () => {
      this.wipeTo(this.model.get("wipe") + by);
      this.model.save_changes();
    };
    const acts = {
      ArrowLeft: onDivider ? nudge(-0.02) : () => this.go(this.frame - step),
      ArrowRight: onDivider ? nudge(0.02) : () => this.go(this.frame + step),
      Home: () => this.go(0),
      End: () => this.go(this.frames - 1),
      " ": () => this.toggle(),
      1: () => this.choose("1"),
      2: () => this.choose("2"),
      3: () => this.choose("3"),
      4: () => this.choose("4"),
      b: () => this.toggleBoxes(),
      m: () => this.nextMark(),
      s: () => this.set("mode", "side"),
      w: () => this.set("mode", "wipe"),
      d: () => this.set("mode", "difference"),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (event.key === " " && event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  close() {
    clearTimeout(this.timer);
    this.stop();
    for (const pane of this.panes) pane.close();
  }
}

export default {
  render({ model, el }) {
    // Without the attribute JupyterLab would take "1" for "make this cell a heading".
    const root = element("div", { class: "charkit-player", tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true",
      "aria-label": "takes in step" });
    el.append(root);
    const player = new Player(model, root);
    root.addEventListener("keydown", (event) => player.key(event));
    root.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("button, input, .divider")) root.focus();
    });
    const shown = new ResizeObserver(() => player.paint());
    shown.observe(root);
    const changed = () => player.show();
    const rebuilt = () => player.build();
    const moved = () => {
      const frame = Math.round(model.get("time") * player.fps);
      if (frame !== player.frame && !player.playing) player.go(frame, false);
    };
    const told = (message, buffers) => {
      if (message.kind === "clip") player.panes.find((pane) => pane.clip.link === message.link
        && pane.index === message.index)?.receive(message, buffers);
    };
    for (const name of ["mode", "winner", "wipe", "boxes"]) model.on(`change:${name}`, changed);
    model.on("change:clips", rebuilt);
    model.on("change:time", moved);
    model.on("msg:custom", told);
    return () => {
      shown.disconnect();
      for (const name of ["mode", "winner", "wipe", "boxes"]) model.off(`change:${name}`, changed);
      model.off("change:clips", rebuilt);
      model.off("change:time", moved);
      model.off("msg:custom", told);
      player.close();
    };
  },
};
