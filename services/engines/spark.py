"""Work that is carried by Apache Spark: parts go out, and what is found in each comes back, small. Spark reads nothing.

Each part is a task in which a worker of Spark reads the part itself, by the code that this computer reads it with; the
work, with its areas, is broadcast once. Nothing is shuffled. Parts go out in waves, each four times as large as the one
before: so this computer holds what came back of one wave, and later parts know how many rows came before them.

What is lost on the way is done again by Spark: a Python worker, an executor, a worker, all workers if one comes back in
time. Workers do not need the master once they work. What the work itself refuses comes back as a value, so that it is
not tried again. Rejected: Spark's own readers and `mapInArrow` (31 s of processor
for ten million points where this takes 25), as is a shuffle (122 to 198 s for a hundred million, where this takes 82).

pyspark is imported here only, when an engine starts: `uv tool install '.[spark]'`, and Java 17.
"""

import logging
import pickle
import shutil
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any

import zstandard

from geo.errors import SourceError, ZichtError
from geo.messages import Message, message
from services.engines.seeds import spawned
from services.ports import Part
from services.program import program

WIDER = 4
"""How many times more parts go out in each wave than in the one before; in the first, one for each core."""
SECONDS, WORKERS_WITHIN = 5.0, 60.0
"""Within which the master must answer, and a worker must come."""
LOOPBACK = "127.0.0.1"
JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""Java carries bytes and computes nothing: what it compiles and collects beside that takes a third of a short run."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A cluster by the address of its master (spark://host:7077), or Spark on this computer (local[2])."""

    master: str
    streams: bool = False

    def tally[State](self, work: Callable[[Part], State], parts: Iterable[Part]) -> Iterator[State]:
        """See services.ports.Engine."""
        return self._carried(work, ((part,) for part in parts))

    def map[One, Made](self, work: Callable[[One, int], Made], over: Sequence[One], seed: int) -> Iterator[Made]:
        """See services.ports.Engine."""
        return self._carried(work, ((one, spawned(seed, at)) for at, one in enumerate(over)))

    def _carried(self, work: Callable[..., Any], calls: Iterator[tuple[Any, ...]]) -> Iterator[Any]:
        if (first := next(calls, None)) is None:
            return
        calls = chain([first], calls)
        with _context(self.master) as context:
            task = _Task(context.broadcast(work), program().code)
            wave = context.defaultParallelism
            while todo := list(islice(calls, wave)):
                with _while_there_are_workers(context, self.master):
                    done = context.parallelize([pickle.dumps(one) for one in todo], len(todo)).map(task).collect()
                yield from map(_opened, done)
                wave *= WIDER


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker does with a call: by the work that was broadcast, if its program is that of the driver."""

    work: Any
    code: str

    def __call__(self, call: bytes) -> bytes:
        try:
            if (here := program().code) != self.code:
                raise SourceError(  # it goes back as what the work itself refuses
                    "it runs another zicht (code {here}) than this computer ({there}); install the same version on "
                    "both",
                    here=here, there=self.code,
                )  # fmt: skip
            made = self.work.value(*pickle.loads(call))  # noqa: S301  # from our own driver
        except ZichtError as refused:
            made = _Refused(socket.gethostname(), refused.message)
        return zstandard.compress(pickle.dumps(made))


@dataclass(frozen=True, slots=True)
class _Refused:
    """An error as a value, and the worker that it is of."""

    host: str
    what: Message


def _opened(packed: bytes) -> Any:
    made = pickle.loads(zstandard.decompress(packed))  # noqa: S301  # from our own workers
    if isinstance(made, _Refused):
        raise SourceError("worker {host} of Spark: {what}", host=made.host, what=made.what)
    return made


@contextmanager
def _context(master: str) -> Iterator[Any]:
    """A session with Spark. Raises SourceError where there is none, with what to install or start."""
    spark = _pyspark(master)
    _check_there(master)
    words = files("services.engines") / "log4j2.properties"
    settings = {
        "spark.app.name": "zicht", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.io.compression.codec": "zstd",  # lz4 leaves a library in /tmp after a kill
        "spark.driver.maxResultSize": "0",
        "spark.driver.extraJavaOptions": f"{JAVA} -Dlog4j2.configurationFile={words}",
        "spark.executor.extraJavaOptions": JAVA,
    }  # fmt: skip
    if LOOPBACK in master or "localhost" in master or master.startswith("local"):
        settings |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    with _spark_errors(master):
        conf = spark.SparkConf().setMaster(master).setAll(list(settings.items()))
        gateway = spark.SparkContext._gateway or _java(master, conf)  # noqa: SLF001
        with _own_interrupt():
            context = spark.SparkContext(conf=conf, gateway=gateway)
        context.pythonExec = sys.executable
        stopping = ExitStack()
        try:
            _wait_for_workers(context, master)
            yield context
        except KeyboardInterrupt:
            stopping.enter_context(suppress(Exception))  # who was interrupted while asking Java may have no answer now
            raise
        finally:
            with stopping:
                context.stop()


@contextmanager
def _own_interrupt() -> Iterator[None]:
    """Let Ctrl-C do what it did: Spark's answer to it asks Java on a connection that is in use, and shows the fault."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, before)


def _pyspark(master: str) -> Any:
    """The module, where it is installed."""
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")  # of pandas, which is not used with it
    logging.getLogger().addFilter(_not_of_py4j)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    try:
        import pyspark  # noqa: PLC0415  # half a gigabyte that most never need
    except ImportError:
        raise SourceError(
            "engine {master}: pyspark is not installed; install zicht with it (uv tool install '.[spark]'), or take "
            "the engine local",
            master=master,
        ) from None
    return pyspark


def _not_of_py4j(record: logging.LogRecord) -> bool:
    """What it logs, it raises too."""
    return "py4j" not in record.pathname


def _java(master: str, conf: Any) -> Any:
    """The Java that Spark runs in. What it writes stays off the screen, and is said where it does not start."""
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415  # likewise
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415  # likewise

    with TemporaryFile("w+", encoding="utf-8", errors="replace") as written:
        try:
            return launch_gateway(conf, {"stdout": written, "stderr": written})
        except PySparkRuntimeError as fault:
            written.seek(0)
            why = _cause(written.read()) or str(fault)
    if shutil.which("java") is None:
        raise SourceError(
            "engine {master}: Spark runs on Java, and there is none here; install Java 17 (on Debian: apt install "
            "default-jre-headless), or take the engine local",
            master=master,
        )
    raise SourceError(
        "engine {master}: Java does not start: {why}; Spark needs Java 17 or newer: see which one java and JAVA_HOME "
        "give, or take the engine local",
        master=master, why=why,
    )  # fmt: skip


def _has_workers(context: Any, master: str) -> bool:
    """Whether there is anyone to do the work. The driver itself is counted as one by Spark."""
    return master.startswith("local") or context._jsc.sc().getExecutorMemoryStatus().size() > 1  # noqa: SLF001


@contextmanager
def _while_there_are_workers(context: Any, master: str) -> Iterator[None]:
    """Raise SourceError where all workers are lost and none comes back: Spark itself waits for ever."""
    from py4j.protocol import Py4JError  # noqa: PLC0415  # comes with pyspark

    ended, lost = threading.Event(), threading.Event()

    def watch() -> None:
        until = None
        with suppress(Py4JError):  # Spark stopped itself, and says why
            while not ended.wait(1.0):
                if _has_workers(context, master):
                    until = None
                elif until is None:
                    until = time.monotonic() + WORKERS_WITHIN
                elif time.monotonic() > until:
                    lost.set()
                    context.cancelAllJobs()
                    return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    except Py4JError:
        if lost.is_set():
            raise SourceError(
                "engine {master}: all workers were lost and none came back; nothing was written. Start the master and "
                "a worker again with `spark-class org.apache.spark.deploy.worker.Worker {master}`, and try again",
                master=master,
            ) from None
        raise
    finally:
        ended.set()
        watching.join()


def _wait_for_workers(context: Any, master: str) -> None:
    """Raise SourceError where no worker comes: Spark itself waits for ever."""
    until = time.monotonic() + WORKERS_WITHIN
    while not _has_workers(context, master):
        if time.monotonic() > until:
            raise SourceError(
                "engine {master}: the master gives no worker; start one with `spark-class "
                "org.apache.spark.deploy.worker.Worker {master}`, or wait until those there are free",
                master=master,
            )
        time.sleep(0.1)


def _check_there(master: str) -> None:
    """Raise SourceError where nobody answers at the address of a master: Spark itself tries for a minute."""
    if not master.startswith("spark://"):
        return
    host, _, port = master.removeprefix("spark://").partition(",")[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), SECONDS).close()
    except (OSError, ValueError) as fault:
        raise SourceError(
            "engine {master}: nobody answers there ({fault}); start the master and a worker with `spark-class "
            "org.apache.spark.deploy.master.Master` and `...worker.Worker {master}`, or take the engine local",
            master=master, fault=str(fault),
        ) from None  # fmt: skip


def _cause(fault: str) -> str:
    """The line that says what was wrong at the bottom, of a fault with the stacks of Java and Python."""
    lines = [line.strip() for line in fault.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return next((line for line in reversed(lines) if "Error" in line or "Exception" in line), "".join(lines[-1:]))


@contextmanager
def _spark_errors(master: str) -> Iterator[None]:
    """What goes wrong in Spark itself, in words."""
    from py4j.protocol import Py4JError  # noqa: PLC0415  # comes with pyspark
    from pyspark.errors import PySparkException  # noqa: PLC0415  # likewise

    try:
        yield
    except (Py4JError, PySparkException, ConnectionError) as fault:
        said: Any = _cause(str(fault))
        if "PYTHON_VERSION_MISMATCH" in str(fault):
            said = message("its workers have another Python than {here}", here=sys.version.split()[0])
        raise SourceError(
            "engine {master}: Spark stopped: {fault}; nothing was written. Look whether its master and workers are "
            "there and have this zicht in the same place, and try again",
            master=master, fault=said,
        ) from None  # fmt: skip
