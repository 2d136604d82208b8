"""Decodes the frames of a clip that are wanted, without those that are not needed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from charkit.errors import UnreadableMedia
from charkit.media.hevc import sets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from charkit.media.probe import ClipFacts

__all__ = ["decoded", "reach"]


def decoded(facts: ClipFacts, runs: Sequence[tuple[int, int]], *, threads: int = 1) -> Iterator[tuple[int, VideoFrame]]:
    """Decode runs of frames, and yield each with its number.

    A run is reached by the picture before it that decodes by itself; on the way there, packets that no other picture
    needs are skipped.

    Args:
        facts: The clip; its frames stand on the grid of its rate.
        runs: First frames and the frames after the last, in rising order.
        threads: How many the decoder may use.

    Raises:
        UnreadableMedia: a frame cannot be decoded.
    """
    try:
        with av.open(str(facts.path), metadata_errors="replace") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = threads
            stream.thread_type = "FRAME" if threads > 1 else "NONE"
            entries = _entries(facts)
            for group in _by_seek(entries, runs):
                yield from _group(container, stream, facts, entries, group)
    except FFmpegError as error:
        raise _unreadable(facts.path, error) from None


def reach(facts: ClipFacts, runs: Sequence[tuple[int, int]]) -> int:
    """Return how many frames are decoded at most for the sake of some runs of them; as `decoded`."""
    entries = _entries(facts)
    return sum(group[-1][1] - _entry(entries, group) for group in _by_seek(entries, runs))


def _entry(entries: Sequence[int], runs: Sequence[tuple[int, int]]) -> int:
    """Return the picture that decodes by itself from which runs are reached."""
    return max((key for key in entries if key <= runs[0][0]), default=0)


def _entries(facts: ClipFacts) -> Sequence[int]:
    """Return where to seek to: in H.264 not to all keyframes, since some show a whole picture only after a while."""
    return sorted(facts.order.entries) or facts.keyframes


def _by_seek(entries: Sequence[int], runs: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Put runs together between which there is nothing to seek to."""
    groups: list[list[tuple[int, int]]] = []
    for run in runs:
        if groups and not any(groups[-1][-1][1] <= key <= run[0] for key in entries):
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _group(
    container: av.container.InputContainer,
    stream: VideoStream,
    facts: ClipFacts,
    entries: Sequence[int],
    runs: Sequence[tuple[int, int]],
) -> Iterator[tuple[int, VideoFrame]]:
    origin = Fraction(facts.start)
    tick = Fraction(stream.time_base or facts.time_base)
    entry = _entry(entries, runs)
    container.seek(round((origin + entry / facts.fps) / tick), stream=stream)
    found = 0
    for frame in _frames(stream, facts, runs, origin):
        number = round((frame.pts * tick - origin) * facts.fps) if frame.pts is not None else -1
        if any(first <= number < last for first, last in runs):
            found += 1
            yield number, frame
        if number >= runs[-1][1] - 1:
            break
    wanted = sum(last - first for first, last in runs)
    stream.codec_context.flush_buffers()
    if found < wanted:
        raise UnreadableMedia(f"{wanted - found} of {wanted} frames cannot be decoded", path=facts.path)


def _frames(
    stream: VideoStream, facts: ClipFacts, runs: Sequence[tuple[int, int]], origin: Fraction
) -> Iterator[VideoFrame]:
    sets = sets_of(facts.codec, facts.codec_header)
    for packet in stream.container.demux(stream):  # type: ignore[attr-defined]
        if packet.size and packet.pts is not None and sets is not None:
            number = round((packet.pts * Fraction(packet.time_base) - origin) * facts.fps)
            wanted = any(first <= number < last for first, last in runs)
            if not wanted and not sets.is_reference(bytes(packet)):
                continue
        yield from packet.decode()


def _unreadable(path: Path, error: FFmpegError) -> UnreadableMedia:
    return UnreadableMedia(f"cannot be decoded: {error.strerror or error}", path=path)
