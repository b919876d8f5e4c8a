from tests.notify.phones_fixture import desk, wall

__all__ = ["desk", "wall"]
