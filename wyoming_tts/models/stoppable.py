"""An ONNX session whose run can be ended from another thread, in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wyoming_tts.models.base import Sink

_ERROR, _FATAL_ONLY = 3, 4


class Stopped(Exception):
    """The run was ended because its utterance is cancelled: nothing went wrong."""


class StoppableSession:
    """Stands where an `InferenceSession` is expected; each run obeys the sink it was announced with."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._sink: Sink | None = None

    @classmethod
    def open(cls, network: Path, *, threads: int = 0, bounded: bool = False) -> StoppableSession:
        """Load a network for the processor; with 0 threads the runtime chooses. Raises what the runtime raises.

        `bounded` says that it is never given more than a window at a time.
        """
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERROR
        # With its arena the runtime keeps what the largest run took. For windows and bounded texts that is some
        # 80 MB of a medium voice, and spares a quarter of all the work, which went into pages asked for and given back.
        # For whole sentences it is 580 MB against 280 MB after 300 characters.
        options.enable_cpu_mem_arena = bounded
        # Windows and texts differ in length: what the runtime learns of one length is of no use for the next, and
        # learning took a text twice its time.
        options.enable_mem_pattern = not bounded
        options.intra_op_num_threads = threads
        # Threads that spin between the parts of a run are there at once for the next part: 8 % less time. Behind its
        # end they would take the processor from the other sessions (with three: twice the time) and from the loop.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        providers = ["CPUExecutionProvider"]
        return cls(onnxruntime.InferenceSession(str(network), sess_options=options, providers=providers))

    def watch(self, sink: Sink) -> None:
        """Let the next run end with this sink's cancel."""
        self._sink = sink

    def run(self, outputs: Sequence[str] | None, feed: Mapping[str, Any]) -> list[Any]:
        """Run the graph. Raises Stopped when cancelled before or during the run, or what the runtime raises."""
        # Options of its own for every run: a flag set late for the one before must not end this one.
        options = onnxruntime.RunOptions()
        # A stopped run would be printed as an error; what goes wrong is raised anyway.
        options.log_severity_level = _FATAL_ONLY

        def stop() -> None:
            options.terminate = True

        sink, self._sink = self._sink, None
        if sink is not None:
            sink.on_cancel(stop)
            if sink.cancelled:
                raise Stopped
        try:
            results: list[Any] = self._session.run(outputs, feed, options)
        except Exception as error:
            if sink is not None and sink.cancelled:
                raise Stopped from error
            raise
        return results
