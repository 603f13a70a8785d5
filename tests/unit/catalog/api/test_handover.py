from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from catalog.api.handover import result_of


def test_every_result_of_many_threads_arrives_where_it_is_waited_for() -> None:
    async def all_of(futures: list[Future[int]]) -> list[int]:
        return list(await asyncio.gather(*map(result_of, futures)))

    futures: list[Future[int]] = [Future() for _ in range(400)]

    def settle(start: int) -> None:
        for number in range(start, len(futures), 4):
            futures[number].set_result(number)

    threads = [threading.Thread(target=settle, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    assert asyncio.run(all_of(futures)) == list(range(400))
    for thread in threads:
        thread.join()


def test_an_error_is_raised_to_whoever_waits_for_it_alone() -> None:
    async def both() -> list[object]:
        good: Future[int] = Future()
        bad: Future[int] = Future()
        waiting = asyncio.gather(result_of(good), result_of(bad), return_exceptions=True)
        bad.set_exception(OSError("disk"))
        good.set_result(1)
        return list(await waiting)

    good, bad = asyncio.run(both())
    assert good == 1
    assert isinstance(bad, OSError)


def test_who_stops_waiting_does_not_stop_the_work() -> None:
    future: Future[int] = Future()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(result_of(future), 0.01)
        future.set_result(1)
        await asyncio.sleep(0)

    asyncio.run(give_up())
    assert future.result() == 1


def test_a_result_after_the_loop_is_gone_is_nobodys() -> None:
    future: Future[int] = Future()

    async def begin() -> asyncio.Task[int]:
        task = asyncio.ensure_future(result_of(future))
        await asyncio.sleep(0)
        return task

    assert asyncio.run(begin()).cancelled()
    future.set_result(1)
