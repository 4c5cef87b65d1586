"""위시 목록: 서버가 켜져 있는 동안 기억하는 소원들."""

from threading import Lock

MAX_LENGTH = 80
MAX_WISHES = 100


class WishList:
    """여러 요청이 동시에 와도 안전한 목록. 컨테이너를 지우면 함께 사라진다."""

    def __init__(self) -> None:
        self._wishes: list[str] = []
        self._lock = Lock()

    def add(self, text: str) -> bool:
        """소원 하나를 더한다. 비었거나 너무 길거나 목록이 가득 찼으면 더하지 않고 False."""
        wish = " ".join(text.split())
        with self._lock:
            fits = 0 < len(wish) <= MAX_LENGTH and len(self._wishes) < MAX_WISHES
            if fits:
                self._wishes.append(wish)
        return fits

    def all(self) -> tuple[str, ...]:
        """지금까지의 소원을 더한 순서대로."""
        with self._lock:
            return tuple(self._wishes)
