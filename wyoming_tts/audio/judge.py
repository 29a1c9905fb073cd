"""Whether a stream of PCM is speech, as far as one can tell without listening."""

from __future__ import annotations

from operator import mul, sub
from typing import TYPE_CHECKING

from wyoming_tts.audio.disguise import Disguise
from wyoming_tts.audio.extremes import extremes
from wyoming_tts.audio.fault import Fault

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat

MAX_LEADING_SILENCE_S = 2.0
MAX_PAUSE_S = 3.0
"""The longest pause of eSpeak NG at a quarter of its speed is 0.9 s."""

BLOCKS_PER_S = 100
SILENT_RANGE = 4
"""Between the lowest and the highest sample of a silent block: zero, a constant, or the dither of a decoder."""

NOISE_BLOCKS = 5
"""Noise is looked for in windows of 50 ms."""
NOISE_WINDOWS = 2
NOISE_RMS = 0.45
"""Of full scale. Bytes without meaning have 0.58, as have samples with their bytes swapped; floats read as integers
have 0.5. The loudest hiss of eSpeak NG is 0.35 (variant `demonic`, volume 200), and shorter than two windows."""
NOISE_CROSSINGS = 0.35
"""Zero crossings for each sample; of bytes without meaning it is 0.5."""
_SMALLEST_NOISE_SAMPLES = 32

JUDGED_RATE_HZ = 8000
"""About as many samples a second are enough for levels: a chunk of 60 ms costs 0.1 ms at any rate. Silence and zero
crossings are looked for in all of them."""

ABRUPT = 0.2
"""Range of the last 10 ms over the mean one of the blocks with sound, above which the end is none."""
ABRUPT_BEFORE_SILENCE = 0.4
"""The same for the last millisecond before silence. Where eSpeak NG ends by itself it is 0.37 at the most; where it is
replaced by zeros in the middle of a word it is more in half of the places."""

_FULL_SCALE = 32768
_IS_NEGATIVE = bytes(byte >> 7 for byte in range(256))


class Judge:
    """Hears 16-bit mono PCM in chunks of whole samples; what it finds does not depend on the chunking."""

    def __init__(self, format_: AudioFormat, *, volume: float = 1.0) -> None:
        """`volume` is the factor that was asked for: a voice made louder is clipped, and its hiss becomes noise."""
        if format_.frame_bytes != 2:
            raise ValueError("only 16-bit mono can be judged")
        self._disguise = Disguise()
        self._rate = format_.rate
        self._block_bytes = format_.rate // BLOCKS_PER_S * 2
        self._stride = max(1, format_.rate // JUDGED_RATE_HZ)
        loudest = NOISE_RMS * max(1.0, volume) * _FULL_SCALE
        self._noise_power = loudest * loudest
        self._window = b""
        """What has come of the window that is being heard."""
        self._at = 0
        """How much of the window has been heard in whole blocks, bytes."""
        self._noise_windows = 0
        self._heard_bytes = 0
        self._sound_bytes = 0
        self._sounding_blocks = 0
        self._ranges = 0
        self._last = b""
        """10 ms, or all there was."""
        self._last_sound = (b"", b"")
        """The last two blocks with sound."""
        self._undecided = True

    @property
    def heard_s(self) -> float:
        """Everything heard so far, in seconds."""
        return self._heard_bytes / 2 / self._rate

    @property
    def sound_s(self) -> float:
        """Where the last sound so far ended, to a block of 10 ms."""
        return self._sound_bytes / 2 / self._rate

    @property
    def silent_s(self) -> float:
        """How long it has been silent at the end of what was heard, to a block of 10 ms."""
        whole = self._heard_bytes - self._heard_bytes % self._block_bytes
        return max(0, whole - self._sound_bytes) / 2 / self._rate

    @property
    def sounded(self) -> bool:
        """There was a sound."""
        return self._sounding_blocks > 0

    @property
    def undecided(self) -> bool:
        """What was heard last may yet prove to be no speech, or nothing but silence has come so far."""
        return self._undecided or self._disguise.undecided or not self.sounded

    @property
    def abrupt(self) -> bool:
        """It stopped in the middle of a sound, at the end or before the silence at the end."""
        if not self._sounding_blocks:
            return False
        mean = self._ranges / self._sounding_blocks
        if self._range(memoryview(self._last)) > ABRUPT * mean:
            return True
        samples = memoryview(b"".join(self._last_sound)).cast("h").tolist()
        while samples and abs(samples[-1]) <= SILENT_RANGE // 2:
            samples.pop()
        last_ms = samples[-max(1, self._rate // 1000) :]
        return 2 * max(map(abs, last_ms), default=0) > ABRUPT_BEFORE_SILENCE * mean

    def hear(self, pcm: bytes) -> Fault | None:
        """Hear the next chunk; return what is wrong with it, after which nothing more may be heard."""
        fault = self._disguise.see(pcm)
        if fault is not None:
            return fault
        self._heard_bytes += len(pcm)
        self._last = (self._last + pcm[-self._block_bytes :])[-self._block_bytes :]
        self._window += pcm
        window, signs = memoryview(self._window), _signs(self._window)
        begins = self._heard_bytes - len(window)
        window_bytes = NOISE_BLOCKS * self._block_bytes
        start = 0
        for range_ in self._ranges_of(window[self._at :]):
            block = start + self._at
            fault = self._block(range_, window[block : block + self._block_bytes], begins + block)
            self._at += self._block_bytes
            if fault is None and self._at == window_bytes:
                end = start + window_bytes
                fault = self._whole_window(window[start:end], signs[start // 2 : end // 2])
                start, self._at = end, 0
            if fault is not None:
                break
        self._undecided = (
            self._noise_windows > 0
            or self._is_noise(window[start:], signs[start // 2 :])
            or self._is_noise(memoryview(self._last), _signs(self._last))
        )
        self._window = self._window[start:]
        return fault

    def end(self) -> Fault | None:
        """Hear what is left of the last block; return what is wrong with it or with a stream as short as this one."""
        fault = self._disguise.end()
        window = memoryview(self._window)
        rest = window[self._at :]
        if fault is None and rest:
            fault = self._block(self._range(rest), rest, self._heard_bytes - len(rest))
        if fault is None and self._noise_windows and self._is_noise(window, _signs(self._window)):
            fault = Fault.NOISE
        return fault

    def _block(self, range_: int, block: memoryview, at: int) -> Fault | None:
        silent_s = (at - self._sound_bytes) / 2 / self._rate
        if range_ <= SILENT_RANGE:
            silent_s += len(block) / 2 / self._rate
            return Fault.SILENCE if not self.sounded and silent_s > MAX_LEADING_SILENCE_S else None
        if self.sounded and silent_s > MAX_PAUSE_S:
            return Fault.SILENCE
        self._sounding_blocks += 1
        self._ranges += range_
        self._last_sound = (self._last_sound[1], bytes(block))
        self._sound_bytes = at + len(block)
        return None

    def _whole_window(self, window: memoryview, signs: bytes) -> Fault | None:
        self._noise_windows = self._noise_windows + 1 if self._is_noise(window, signs) else 0
        return Fault.NOISE if self._noise_windows >= NOISE_WINDOWS else None

    def _is_noise(self, window: memoryview, signs: bytes) -> bool:
        count = len(signs)
        if count < _SMALLEST_NOISE_SAMPLES:
            return False
        bits = int.from_bytes(signs, "little")
        crossings = (bits ^ (bits >> 8)).bit_count()
        if crossings <= NOISE_CROSSINGS * count:
            return False
        samples: list[int] = window[: 2 * count].cast("h")[:: self._stride].tolist()
        power: int = sum(map(mul, samples, samples))
        return power > self._noise_power * len(samples)

    def _ranges_of(self, pcm: memoryview) -> list[int]:
        """Return the range of each whole block of the PCM."""
        pcm = pcm[: len(pcm) - len(pcm) % self._block_bytes]
        ranges = _ranges(pcm, self._block_bytes // 2, self._stride)
        if self._stride > 1 and ranges and min(ranges) <= SILENT_RANGE:
            exact = _ranges(pcm, self._block_bytes // 2, 1)
            return [each if about <= SILENT_RANGE else about for about, each in zip(ranges, exact, strict=True)]
        return ranges

    def _range(self, pcm: memoryview) -> int:
        """Return about the distance between the lowest and the highest sample; exact where it is as good as silent."""
        about, exact = (_ranges(pcm, len(pcm) // 2, stride)[0] for stride in (self._stride, 1))
        return exact if about <= SILENT_RANGE else about


def _signs(pcm: bytes) -> bytes:
    """Return 1 for every sample that is negative, else 0."""
    return pcm[1::2].translate(_IS_NEGATIVE)


def _ranges(pcm: memoryview, samples: int, stride: int) -> list[int]:
    return list(map(sub, *extremes(pcm, samples, stride)))
