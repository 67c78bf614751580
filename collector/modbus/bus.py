"""One connection to a bus, one request at a time, and a clear word on what went wrong."""

import asyncio
import logging

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from collector.backoff import Backoff
from collector.modbus.faults import Fault, ModbusFault, refusal
from collector.modbus.frames import HoldingRegisters, InputRegisters, in_step
from config.portfolio import ModbusTcpBus

TIMEOUT_S = 1.0
FIRST_RECONNECT_S = 0.5
CEILING_RECONNECT_S = 60.0
# A connection on which nobody answers any more may be dead without having said so (NAT, a gateway that restarted).
SILENT_IN_A_ROW = 3
LARGEST_BACKLOG = 65_536
_NEVER = 1_000_000

log = logging.getLogger(__name__)


class Bus:
    """A Modbus TCP endpoint with any number of unit ids behind it; connects when asked to read."""

    def __init__(self, source: ModbusTcpBus, *, timeout_s: float = TIMEOUT_S, backoff: Backoff | None = None) -> None:
        self.id = source.id
        self._source = source
        self._timeout_s = timeout_s
        self._backoff = backoff or Backoff(FIRST_RECONNECT_S, CEILING_RECONNECT_S)
        self._client: AsyncModbusTcpClient | None = None
        self._lock = asyncio.Lock()
        self._not_before_s = 0.0
        self._lost_at_s: float | None = None
        self._silent = 0
        self._waiting = False
        self._heard = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._client is not None and self._client.connected

    async def read(self, request: ModbusPDU) -> bytes:
        """Send one request and return the payload of its answer, two bytes a register; raises `ModbusFault`.

        Takes at most the timeout for the connection, where there is none, and once more for the answer.
        """
        async with self._lock:
            client = self._client
            if client is None or not client.connected:
                client = await self._connect()
            try:
                return await self._ask(client, request)
            except ModbusFault as error:
                self._after(error)
                raise

    def close(self) -> None:
        """Close the connection; a later read opens it again."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _ask(self, client: AsyncModbusTcpClient, request: ModbusPDU) -> bytes:
        self._heard, self._waiting = False, True
        try:
            answer = await client.execute(False, request)
        except ModbusException as error:
            fault = Fault.GARBLED if self._heard else Fault.SILENT
            raise ModbusFault(fault, "an incomplete answer" if self._heard else "no answer") from error
        finally:
            self._waiting = False
        self._silent = 0
        if answer.transaction_id != request.transaction_id:
            raise ModbusFault(Fault.GARBLED, f"transaction {answer.transaction_id}, not {request.transaction_id}")
        if answer.isError():
            self._backoff.succeeded()
            raise refusal(answer.exception_code)
        if not isinstance(answer, HoldingRegisters) or len(answer.payload) != 2 * request.count:
            raise ModbusFault(Fault.GARBLED, f"not the {request.count} registers that were asked for")
        self._backoff.succeeded()
        return answer.payload

    def _after(self, error: ModbusFault) -> None:
        # A stream that is out of step, or on which late answers pile up, is put right by a new connection alone.
        self._silent += error.fault is Fault.SILENT
        if error.fault is Fault.GARBLED or self._silent >= SILENT_IN_A_ROW:
            self._silent = 0
            self.close()
        if error.fault in {Fault.GARBLED, Fault.DISCONNECTED}:
            self._not_before_s = asyncio.get_running_loop().time() + self._backoff.failed()

    async def _connect(self) -> AsyncModbusTcpClient:
        now_s = asyncio.get_running_loop().time()
        if now_s < self._not_before_s:
            raise ModbusFault(Fault.DISCONNECTED, f"{self.id} is tried again later")
        self.close()
        client = self._new_client()
        if not await client.connect():
            client.close()
            self._not_before_s = now_s + self._timeout_s + self._backoff.failed()
            self._say_lost(now_s)
            raise ModbusFault(Fault.DISCONNECTED, f"no connection to {self._source.host}:{self._source.port}")
        self._client = client
        self._say_back(now_s)
        return client

    def _new_client(self) -> AsyncModbusTcpClient:
        client = AsyncModbusTcpClient(
            self._source.host,
            port=self._source.port,
            timeout=self._timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._hear,
            trace_connect=self._connection_changed,
        )
        client.set_max_no_responses(_NEVER)
        client.ctx.max_buffer_size = LARGEST_BACKLOG  # pymodbus throws away more than one frame without a word
        client.register(HoldingRegisters)
        client.register(InputRegisters)
        return client

    def _hear(self, sending: bool, data: bytes) -> bytes:
        if sending:
            return data
        self._heard = True
        if in_step(data):
            return data
        self._fail(ModbusFault(Fault.GARBLED, f"no Modbus TCP answer: {data[:16].hex(' ')}"))
        return b""

    def _connection_changed(self, connected: bool) -> None:
        if not connected:
            self._fail(ModbusFault(Fault.DISCONNECTED, f"{self.id} closed the connection"))

    def _fail(self, error: ModbusFault) -> None:
        # What waits for an answer hears of it now, not after the timeout.
        if self._waiting and self._client is not None and not self._client.ctx.response_future.done():
            self._client.ctx.response_future.set_exception(error)

    def _say_lost(self, now_s: float) -> None:
        if self._lost_at_s is None:
            self._lost_at_s = now_s
            log.warning("bus %s: no connection to %s:%d", self.id, self._source.host, self._source.port)

    def _say_back(self, now_s: float) -> None:
        if self._lost_at_s is not None:
            log.warning("bus %s: back after %.0f s", self.id, now_s - self._lost_at_s)
            self._lost_at_s = None
