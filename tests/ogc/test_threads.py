"""Few answers are made at once in a process, and what needs no store does not wait for them."""

import threading

import anyio

from services.ogc.threads import in_turn


def test_four_are_made_at_once_and_every_one_is_made():
    held, most, made, lock, four = 0, 0, [], threading.Lock(), threading.Barrier(4)

    def make(number: int) -> int:
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        four.wait(timeout=30)  # fewer at once would wait here for ever
        with lock:
            held -= 1
        return number

    async def ask(number: int) -> None:
        made.append(await in_turn(make, number))

    async def all_of_them() -> None:
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(ask, number)

    for _ in range(2):  # each loop has its own turns
        anyio.run(all_of_them)
    assert most == 4
    assert sorted(made) == sorted([*range(20), *range(20)])


def test_what_is_not_of_the_store_does_not_wait_for_its_turn():
    others_answered, in_time = threading.Event(), []

    async def wait() -> None:
        in_time.append(await in_turn(others_answered.wait, 30))

    async def together() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(wait)
            await anyio.to_thread.run_sync(others_answered.set)

    anyio.run(together)
    assert in_time == [True] * 20
