"""One image from file to file: decode, resize, encode, write; whatever goes wrong becomes a reason, not a traceback."""

import errno

from fastresample.batch import codecs, colour
from fastresample.batch.files import Job
from fastresample.batch.formats import EXTENSIONS
from fastresample.batch.options import Options
from fastresample.batch.report import Outcome
from fastresample.batch.writing import write_atomic

# Errors of the output's disk as a whole: no space, quota used up, read-only file system.
_DISK_ERRORS = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}


def convert(job: Job, options: Options, apply: colour.Apply) -> Outcome:
    """Resize one image file.

    Parameters
    ----------
    job : Job
        The file to read and the name to write.
    options : Options
        Of these: `blends` and `existing`.
    apply : callable
        ``apply(samples) -> samples`` for arrays (H, W) or (H, W, C); called from many threads at once.
    """
    try:
        notes = _convert(job, options, apply)
    except FileExistsError as error:
        if options.existing == "skip":
            return Outcome(job.source, job.target, "existing")
        return Outcome(job.source, job.target, "failed", _name_taken(job), error=error)
    except Exception as error:
        stops = isinstance(error, OSError) and error.errno in _DISK_ERRORS
        return Outcome(job.source, job.target, "failed", _reason(error, job), error=error, stops=stops)
    return Outcome(job.source, job.target, "written", notes=notes)


def _convert(job: Job, options: Options, apply: colour.Apply) -> tuple[str, ...]:
    image, origin = codecs.read(job.source)
    target = EXTENSIONS.get(job.target.suffix.lower(), origin.format)
    samples, mode = colour.to_samples(image)
    del image  # its memory, before the resize needs some
    if mode not in target.modes:
        samples, mode = colour.without_opaque_alpha(samples, mode)
    codecs.check_holds(target, mode, origin.metadata)
    resized = colour.resample(samples, mode, apply, blends=options.blends)
    data, notes = codecs.encode(colour.to_image(resized, mode), target, origin)
    write_atomic(job.target, data, replace=options.existing == "overwrite")
    named = EXTENSIONS.get(job.source.suffix.lower(), origin.format)
    if named is not origin.format:
        notes = (*notes, f"is a {origin.format.name} file by its content, whatever its name says")
    return origin.notes + notes


def _name_taken(job: Job) -> str:
    return f"{job.target} appeared during the run and was left as it is; remove it or overwrite existing files"


def _reason(error: Exception, job: Job) -> str:
    if isinstance(error, codecs.FormatError) and job.target.name == job.source.name:  # as always in a folder's run
        endings = " or ".join(error.endings)
        return f"{error.problem}; rename the input to end in {endings}, or resize it alone to such a name"
    if isinstance(error, codecs.ImageError):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory for this image; use fewer workers"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk of {job.target.parent} is full; free some space and run again, skipping existing files"
    if isinstance(error, NotADirectoryError):
        return f"{job.target} cannot be written ({error.strerror}); move that file, or choose another output"
    if isinstance(error, OSError) and job.target.is_dir():
        return f"{job.target} is a folder; move it, or choose another output"
    if isinstance(error, OSError):
        return (
            f"{job.target} cannot be written ({error.strerror or error}); check the folder's permissions and its disk"
        )
    return f"unexpected {type(error).__name__}: {error}; please report this with the file"
