/** Two soft notes, made on the spot. Browsers allow a sound once somebody has clicked or typed on the page. */

const NOTES = [659.26, 880];
const LENGTH = 0.22;

/** @type {AudioContext | null} */
let context = null;

/** Whether a sound of this page would be heard. */
export const isReady = () => context?.state === "running";

/** @param {number} volume From 0, which only makes ready, to 1. */
export function chime(volume) {
  if (!context) {
    // To make one before it is allowed only earns a complaint.
    if (!navigator.userActivation?.hasBeenActive) return;
    context = new AudioContext();
  }
  if (context.state === "suspended") context.resume();
  if (!volume) return;
  for (const [at, frequency] of NOTES.entries()) note(context, frequency, at * LENGTH, volume);
}

/**
 * @param {AudioContext} audio
 * @param {number} frequency
 * @param {number} after
 * @param {number} volume
 */
function note(audio, frequency, after, volume) {
  const begin = audio.currentTime + after;
  const oscillator = new OscillatorNode(audio, { type: "sine", frequency });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(volume, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, begin + 2 * LENGTH);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(begin);
  oscillator.stop(begin + 2 * LENGTH);
}
