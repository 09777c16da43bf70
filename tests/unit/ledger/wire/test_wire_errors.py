import pickle

from ledger.wire import WireError


def test_message_names_what_and_where() -> None:
    error = WireError("entry", "actor.id", "not a lower-case UUID")
    assert str(error) == "entry: actor.id: not a lower-case UUID"
    assert isinstance(error, ValueError)


def test_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(WireError("note", "line 3", "not base64")))
    assert (error.what, error.where, error.reason) == ("note", "line 3", "not base64")
