// JupyterLab takes plain keys for itself while a list or a button has the focus, since neither is a field to type in:
// an arrow leaves the cell, two Ds delete it. Lumino, which deals the keys out, leaves an element with the attribute
// below alone. It has to be the one with the focus: an outer one is asked only after the notebook's rule has matched.
// Lumino listens at the document; a listener at the window comes before that.
const ATTRIBUTE = "data-lm-suppress-shortcuts";

// With Control or Command, as in "save", and for running the cell or leaving it, the notebook's own keys go on working.
function forTheBoard(event) {
  const chord = event.ctrlKey || event.metaKey || event.altKey;
  return !chord && event.key !== "Escape" && !(event.shiftKey && event.key === "Enter");
}

export default {
  render({ el }) {
    const hear = (event) => {
      const board = el.closest(".charkit-live");
      if (board !== null && board.contains(event.target)) {
        event.target.toggleAttribute(ATTRIBUTE, forTheBoard(event));
      }
    };
    window.addEventListener("keydown", hear, true);
    return () => window.removeEventListener("keydown", hear, true);
  },
};
