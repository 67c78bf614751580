"""One connection to a bus, one request at a time, and a clear word on what went wrong."""

import asyncio
import logging

from pymodbus.client.base import ModbusBaseClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from collector.modbus.faults import Fault, ModbusFault, refusal
from collector.modbus.frames import HoldingRegisters, in_step, is_whole
from collector.modbus.late_answers import LateAnswers
from collector.modbus.rtu_answers import answer_in, is_as_long
from collector.modbus.transports import (
    CONNECTING_ERRORS,
    endpoint_of,
    has_connection,
    has_transactions,
    kind_of,
    new_client,
    pause_s,
)
from config.portfolio.sources import ModbusBus, ModbusRtuBus, ModbusUdpBus
from gateway.backoff import Backoff

TIMEOUT_S = 1.0
FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 60.0
# A connection on which nobody answers any more may be dead without having said so (NAT, a gateway that restarted).
SILENT_IN_A_ROW = 3
DRAINED_S = 0.02
LONGEST_DRAIN_S = 0.5

log = logging.getLogger(__name__)


class Bus:
    """A Modbus endpoint with any number of unit ids behind it; connects when asked to read."""

    def __init__(self, source: ModbusBus, *, timeout_s: float = TIMEOUT_S, backoff: Backoff | None = None) -> None:
        self.id = source.id
        self.kind = kind_of(source)
        self._source = source
        self._has_transactions = has_transactions(source)
        self._pause_s = pause_s(source)
        self._timeout_s = timeout_s
        self._backoff = backoff or Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S)
        self._client: ModbusBaseClient | None = None
        self._lock = asyncio.Lock()
        self._not_before_s = 0.0
        self._lost_at_s: float | None = None
        self._silent = 0
        self._is_proved = False
        self._broken = 0
        self._asked: ModbusPDU | None = None
        self._heard = False
        self._has_heard_all = False
        self._sent = b""
        self._heard_at_s = 0.0
        self._is_dirty = False
        self._late = LateAnswers()  # over whatever connection: a gateway passes on what its line brings

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment; where opening proves nothing, whether somebody answers."""
        return self._client is not None and self._client.connected and self._is_proved

    async def read(self, request: ModbusPDU, *, timeout_s: float | None = None) -> bytes:
        """Send one request and return the payload of its answer, two bytes a register; raises `ModbusFault`.

        Takes at most the bus's timeout for the connection, where there is none, and `timeout_s` (by default the
        bus's) for the answer.
        """
        async with self._lock:
            if not self._has_transactions:
                await self._quieten(request)
            client = self._client
            if client is None or not client.connected:
                client = await self._connect()
            client.ctx.comm_params.timeout_connect = self._timeout_s if timeout_s is None else timeout_s
            try:
                return await self._ask(client, request)
            except ModbusFault as error:
                self._after(error, request)
                raise

    def close(self) -> None:
        """Close the connection; a later read opens it again."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _ask(self, client: ModbusBaseClient, request: ModbusPDU) -> bytes:
        self._heard, self._has_heard_all, self._asked = False, self._has_transactions, request
        try:
            answer = await client.execute(False, request)
        except ConnectionException as error:
            raise ModbusFault(Fault.HUNG_UP, f"{self.id} closed the connection") from error
        except ModbusException as error:
            fault = Fault.GARBLED if self._heard else Fault.SILENT
            raise ModbusFault(fault, "an incomplete answer" if self._heard else "no answer") from error
        finally:
            self._asked = None
        self._silent = 0
        self._is_proved = True
        if answer.transaction_id != request.transaction_id:
            raise ModbusFault(Fault.GARBLED, f"transaction {answer.transaction_id}, not {request.transaction_id}")
        if answer.isError():
            self._worked()
            raise refusal(answer.exception_code)
        if not isinstance(answer, HoldingRegisters) or len(answer.payload) != 2 * request.count:
            raise ModbusFault(Fault.GARBLED, f"not the {request.count} registers that were asked for")
        self._worked()
        payload: bytes = answer.payload
        return payload

    def _worked(self) -> None:
        self._broken = 0
        self._backoff.succeeded()

    def _after(self, error: ModbusFault, request: ModbusPDU) -> None:
        # A stream that is out of step, or on which late answers pile up, is put right by a new connection alone.
        self._silent += error.fault is Fault.SILENT
        self._is_dirty = True
        if self._may_be_late(error.fault, request):
            self._late.expect(request, _now_s())
        if self._is_worn_out(error.fault):
            self._silent = 0
            self.close()
        if error.fault in {Fault.GARBLED, Fault.HUNG_UP} and not isinstance(self._source, ModbusRtuBus):
            # The neighbours of a unit that breaks the connection are asked over a new one at once; where nobody
            # answers in between, it is the other end that does not speak Modbus.
            self._broken += 1
            if self._broken > 1:
                self._not_before_s = _now_s() + self._backoff.failed()

    def _may_be_late(self, fault: Fault, request: ModbusPDU) -> bool:
        if self._has_transactions or fault is Fault.DISCONNECTED:
            return False
        if fault in {Fault.SILENT, Fault.GARBLED, Fault.HUNG_UP}:
            return not self._has_heard_all
        # A refusal does not tell how much was asked for: it may be the late one of a request before.
        return self._late.may_come_of(request.dev_id, _now_s())

    def _is_worn_out(self, fault: Fault) -> bool:
        if self._silent >= SILENT_IN_A_ROW or fault is Fault.HUNG_UP:
            return True
        if isinstance(self._source, ModbusRtuBus):
            return False  # a line is drained, not opened again
        # RTU frames in a stream: what a gateway still holds of an answer stays behind with the connection.
        return fault is Fault.GARBLED or (fault is Fault.SILENT and not self._has_transactions)

    async def _quieten(self, request: ModbusPDU) -> None:
        """Wait until nothing arrives any more, and no late answer can that looks like the one to this request."""
        until_s = self._late.until_s(request)
        if until_s > (now_s := _now_s()):
            await asyncio.sleep(until_s - now_s)
        pause_s = max(self._pause_s, DRAINED_S) if self._is_dirty else self._pause_s
        give_up_s = _now_s() + LONGEST_DRAIN_S
        while (now_s := _now_s()) < give_up_s:
            left_s = self._heard_at_s + pause_s - now_s
            if left_s <= 0:
                break
            await asyncio.sleep(left_s)
        self._is_dirty = False

    async def _connect(self) -> ModbusBaseClient:
        now_s = _now_s()
        if now_s < self._not_before_s:
            raise ModbusFault(Fault.DISCONNECTED, f"{self.id} is tried again later")
        self.close()
        client = new_client(
            self._source, timeout_s=self._timeout_s, hear=self._hear, connection_changed=self._connection_changed
        )
        if not await _connects(client):
            client.close()
            self._not_before_s = now_s + self._timeout_s + self._backoff.failed()
            self._say_lost(now_s)
            raise ModbusFault(Fault.DISCONNECTED, f"no connection to {endpoint_of(self._source)}")
        self._client = client
        self._is_proved = has_connection(self._source)
        self._say_back(now_s)
        return client

    def _hear(self, sending: bool, data: bytes) -> bytes:
        if sending:
            self._sent = data
            return data
        if not self._has_transactions:
            return self._hear_line(data)
        self._heard = True
        if in_step(data) and (is_whole(data) or not isinstance(self._source, ModbusUdpBus)):
            return data
        log.debug("bus %s: no Modbus TCP answer: %s", self.id, data[:16].hex(" "))
        self._fail(ModbusFault(Fault.GARBLED, "what arrived is no Modbus TCP answer"))
        return b""

    def _hear_line(self, data: bytes) -> bytes:
        self._heard_at_s = _now_s()
        self._heard = not self._sent.startswith(data)  # some adapters hear what they say
        asked = self._asked
        # What has come whole, but wrong, comes no second time.
        self._has_heard_all = asked is not None and is_as_long(data, asked.dev_id, asked.function_code, asked.count)
        return b"" if asked is None else answer_in(data, asked.dev_id, asked.function_code, asked.count)

    def _connection_changed(self, connected: bool) -> None:
        if not connected:
            self._fail(ModbusFault(Fault.HUNG_UP, f"{self.id} closed the connection"))

    def _fail(self, error: ModbusFault) -> None:
        # What waits for an answer hears of it now, not after the timeout.
        if self._asked is not None and self._client is not None and not self._client.ctx.response_future.done():
            self._client.ctx.response_future.set_exception(error)

    def _say_lost(self, now_s: float) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = now_s
            log.warning("bus %s: no connection to %s", self.id, endpoint_of(self._source))

    def _say_back(self, now_s: float) -> None:
        if self._lost_at_s is not None:
            log.warning("bus %s: back after %.0f s", self.id, now_s - self._lost_at_s)
            self._lost_at_s = None


async def _connects(client: ModbusBaseClient) -> bool:
    try:
        return bool(await client.connect())
    except CONNECTING_ERRORS:  # pymodbus takes none but those of the system for a failure
        return False


def _now_s() -> float:
    return asyncio.get_running_loop().time()
