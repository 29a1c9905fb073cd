"""What an utterance costs the engine, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace

REFERENCE_CHARS = 200
"""The parts are measured with a sentence of so many characters."""

FRAME_S = 256 / 22_050
"""A frame of a medium voice's network; windows and what they overlap by are counted in frames."""
FIRST_S = 16 * FRAME_S
"""The first window; further ones are longer."""
DECODER_CONTEXT_FRAMES, FLOW_CONTEXT_FRAMES = 10, 32
"""Computed on either side of a window and thrown away, so that no border is heard."""

FIRST_UTTERANCE_CHARS, UTTERANCE_CHARS = 100, 200
"""How an answer is parted: a sentence alone first, then as much as some 12 s of audio hold."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The parts of a Piper voice of medium quality with all cores of the machine, one after the other."""

    text_s: float = 0.062
    """Text encoder and durations, for the reference."""
    flow_s: float = 0.080
    """For all frames of the reference at once."""
    decoder_s: float = 0.361
    """For all frames of the reference at once."""
    audio_s: float = 11.5
    """How long the reference plays."""
    text_fixed_s: float = 0.002
    """Of every utterance, however short: phonemes, and starting the networks."""
    window_fixed_s: float = 0.001
    """Of every window: starting two networks, and handing on the audio."""
    server_s: float = 0.0057
    """What the server itself takes from the engine for a second of audio: 41 s an hour, on two cores."""
    path_s: float = 0.007
    """From the client to the engine and back with the first audio; waits for nobody."""
    longest_step_s: float = 0.12
    """A window takes no longer than that while others wait."""
    longest_alone_s: float = 0.5
    """A window takes no longer than that while nobody waits; somebody may come in the middle of it."""

    def scaled(self, factor: float) -> Cost:
        """Return the cost on a machine that needs `factor` times as long; the longest steps are a choice and stay."""
        names = ("text_s", "flow_s", "decoder_s", "text_fixed_s", "window_fixed_s", "server_s", "path_s")
        return replace(self, **{name: getattr(self, name) * factor for name in names})

    def speech_s(self, chars: int) -> float:
        """Return how long a text plays."""
        return self.audio_s * chars / REFERENCE_CHARS

    def text_step_s(self, chars: int) -> float:
        """Return what the first step of an utterance takes; it yields no audio."""
        return self.text_fixed_s + self.text_s * chars / REFERENCE_CHARS

    def window_step_s(self, begin_s: float, end_s: float, whole_s: float) -> float:
        """Return what the audio from `begin_s` to `end_s` of an utterance takes, context included."""
        flow_s = _widened_s(begin_s, end_s, whole_s, FLOW_CONTEXT_FRAMES * FRAME_S)
        decoder_s = _widened_s(begin_s, end_s, whole_s, DECODER_CONTEXT_FRAMES * FRAME_S)
        made = flow_s * self.flow_s / self.audio_s + decoder_s * self.decoder_s / self.audio_s
        return self.window_fixed_s + made + (end_s - begin_s) * self.server_s

    def fitting_s(self, work_s: float) -> float:
        """Return the longest window with context on both sides that `work_s` suffices for; the first at least."""
        per_s = (self.flow_s + self.decoder_s) / self.audio_s
        contexts_s = FLOW_CONTEXT_FRAMES * self.flow_s + DECODER_CONTEXT_FRAMES * self.decoder_s
        context_s = 2 * FRAME_S * contexts_s / self.audio_s
        return max((work_s - self.window_fixed_s - context_s) / (per_s + self.server_s), FIRST_S)

    def window_s(self, before_s: float, in_hand_s: float, *, alone: bool) -> float:
        """Return how long a window is made, after one of `before_s` (0: the utterance's first).

        Twice the one before, or as long as what the listener has in hand: at that pace it never runs dry. The rest of
        the utterance where nobody waits and half of what is in hand suffices for it.
        """
        wanted_s = max(2 * before_s, in_hand_s, FIRST_S)
        if not alone:
            return min(wanted_s, self.fitting_s(self.longest_step_s))
        return min(max(wanted_s, self.fitting_s(in_hand_s / 2)), self.fitting_s(self.longest_alone_s))


def utterances(chars: int) -> list[int]:
    """Return the lengths of the utterances that an answer of so many characters becomes."""
    lengths = [min(chars, FIRST_UTTERANCE_CHARS)]
    while (rest := chars - sum(lengths)) > 0:
        lengths.append(min(rest, UTTERANCE_CHARS))
    return lengths


def _widened_s(begin_s: float, end_s: float, whole_s: float, context_s: float) -> float:
    return min(end_s + context_s, whole_s) - max(begin_s - context_s, 0.0)
