"""What the official Python client does with the server: databases, containers, items, queries, batches, change feeds.

Runs on any endpoint: COSMOS_URI, COSMOS_KEY, and COSMOS_CA for a certificate that is its own authority.
"""

import os
import unittest
import uuid
from datetime import datetime, timedelta, timezone

from azure.core import MatchConditions
from azure.cosmos import CosmosClient, PartitionKey, ThroughputProperties
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

IDS = [f"{number:02}" for number in range(30)]


def connect(key=None, **options):
    verify = os.environ.get("COSMOS_CA") or True
    return CosmosClient(
        os.environ["COSMOS_URI"], key or os.environ["COSMOS_KEY"], connection_verify=verify, **options
    )


def setUpModule():
    global client, database
    client = connect()
    database = client.create_database(f"python-{uuid.uuid4().hex[:8]}")


def tearDownModule():
    client.delete_database(database.id)


def open_container(**definition):
    options = {"partition_key": PartitionKey("/pk"), **definition}
    return database.create_container(f"c-{uuid.uuid4().hex[:8]}", **options)


def fill(container):
    for number, id in enumerate(IDS):
        container.create_item(
            {"id": id, "pk": f"key {number % 10}", "n": number, "letter": "abc"[number % 3]}
        )


def ids_of(items):
    return sorted(item["id"] for item in items)


class Databases(unittest.TestCase):
    def test_are_created_listed_queried_read_and_deleted(self):
        id = f"python-{uuid.uuid4().hex[:8]}"
        client.create_database(id)
        with self.assertRaises(CosmosResourceExistsError):
            client.create_database(id)
        self.assertIn(id, ids_of(client.list_databases()))
        found = client.query_databases(
            "SELECT * FROM c WHERE c.id = @id", parameters=[{"name": "@id", "value": id}]
        )
        self.assertEqual(ids_of(found), [id])
        self.assertEqual(client.create_database_if_not_exists(id).read()["id"], id)
        client.delete_database(id)
        with self.assertRaises(CosmosResourceNotFoundError):
            client.get_database_client(id).read()


class Containers(unittest.TestCase):
    def test_are_created_listed_queried_replaced_and_deleted(self):
        container = open_container(default_ttl=60)
        self.assertEqual(container.read()["defaultTtl"], 60)
        self.assertIn(container.id, ids_of(database.list_containers()))
        found = database.query_containers(
            "SELECT * FROM c WHERE c.id = @id",
            parameters=[{"name": "@id", "value": container.id}],
        )
        self.assertEqual(ids_of(found), [container.id])
        database.replace_container(container, PartitionKey("/pk"), default_ttl=90)
        self.assertEqual(container.read()["defaultTtl"], 90)
        database.delete_container(container)
        with self.assertRaises(CosmosResourceNotFoundError):
            container.read()

    def test_have_throughput(self):
        container = open_container(offer_throughput=400)
        self.assertEqual(container.get_throughput().offer_throughput, 400)
        container.replace_throughput(500)
        self.assertEqual(container.get_throughput().offer_throughput, 500)
        scaled = open_container(offer_throughput=ThroughputProperties(auto_scale_max_throughput=1000))
        self.assertEqual(scaled.get_throughput().auto_scale_max_throughput, 1000)


class Items(unittest.TestCase):
    def test_are_written_read_replaced_and_deleted(self):
        container = open_container()
        created = container.create_item({"id": "1", "pk": "p", "text": 'é"😀', "none": None})
        self.assertEqual(container.read_item("1", "p")["text"], 'é"😀')
        with self.assertRaises(CosmosResourceExistsError):
            container.create_item({"id": "1", "pk": "p"})
        container.upsert_item({"id": "1", "pk": "p", "n": 2})
        replaced = container.replace_item("1", {"id": "1", "pk": "p", "n": 3})
        self.assertEqual(replaced["_rid"], created["_rid"])
        self.assertNotEqual(replaced["_etag"], created["_etag"])
        container.delete_item("1", "p")
        with self.assertRaises(CosmosResourceNotFoundError):
            container.read_item("1", "p")

    def test_are_changed_only_in_the_form_that_was_seen(self):
        container = open_container()
        seen = container.create_item({"id": "1", "pk": "p"})
        container.upsert_item({"id": "1", "pk": "p", "n": 2})
        guard = {"etag": seen["_etag"], "match_condition": MatchConditions.IfNotModified}
        with self.assertRaises(CosmosAccessConditionFailedError):
            container.replace_item("1", {"id": "1", "pk": "p", "n": 3}, **guard)

    def test_are_patched(self):
        container = open_container()
        container.create_item({"id": "1", "pk": "p", "n": 1, "list": [1]})
        operations = [
            {"op": "incr", "path": "/n", "value": 2},
            {"op": "add", "path": "/list/-", "value": 2},
            {"op": "set", "path": "/new", "value": {"x": True}},
        ]
        patched = container.patch_item("1", "p", operations)
        self.assertEqual((patched["n"], patched["list"], patched["new"]), (3, [1, 2], {"x": True}))
        with self.assertRaises(CosmosAccessConditionFailedError):
            container.patch_item("1", "p", operations, filter_predicate="from c where c.n = 99")

    def test_have_keys_of_all_kinds(self):
        container = open_container()
        keys = ["text", 'é"', "", 0, -1.5, True, False, None]
        for key in keys:
            container.create_item({"id": "1", "pk": key, "was": repr(key)})
        for key in keys:
            self.assertEqual(container.read_item("1", key)["was"], repr(key))

    def test_have_keys_of_several_levels(self):
        container = open_container(partition_key=PartitionKey(["/a", "/b"], kind="MultiHash"))
        for a in "xy":
            for b in [1, 2]:
                container.create_item({"id": f"{a}{b}", "a": a, "b": b})
        self.assertEqual(container.read_item("x1", ["x", 1])["id"], "x1")
        self.assertEqual(ids_of(container.query_items("SELECT * FROM c", partition_key=["x"])), ["x1", "x2"])

    def test_have_ids_of_legal_characters(self):
        container = open_container()
        for id in ["with space", "%", "100%25", "é😀", "a+b&c=d", " x"]:
            container.create_item({"id": id, "pk": "p"})
            self.assertEqual(container.read_item(id, "p")["id"], id)
            container.delete_item(id, "p")

    def test_of_many_keys_are_read_at_once(self):
        container = open_container()
        fill(container)
        wanted = [(id, f"key {number % 10}") for number, id in enumerate(IDS)]
        self.assertEqual(ids_of(container.read_items(wanted)), IDS)

    def test_of_a_key_are_deleted_at_once(self):
        container = open_container()
        fill(container)
        container.delete_all_items_by_partition_key("key 3")
        self.assertEqual(len(list(container.read_all_items())), len(IDS) - 3)


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.container = open_container()
        fill(cls.container)

    def query(self, text, **options):
        return list(
            self.container.query_items(text, enable_cross_partition_query=True, max_item_count=7, **options)
        )

    def test_find_all(self):
        self.assertEqual(ids_of(self.query("SELECT * FROM c")), IDS)
        self.assertEqual(ids_of(self.container.read_all_items(7)), IDS)

    def test_take_parameters(self):
        found = self.query(
            "SELECT VALUE c.n FROM c WHERE c.n > @n", parameters=[{"name": "@n", "value": 27}]
        )
        self.assertEqual(sorted(found), [28, 29])

    def test_of_one_key(self):
        found = self.container.query_items("SELECT VALUE c.n FROM c", partition_key="key 3")
        self.assertEqual(sorted(found), [3, 13, 23])

    def test_over_ranges(self):
        rows = [
            ("SELECT VALUE c.n FROM c ORDER BY c.n DESC", list(reversed(range(30)))),
            ("SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n", [0, 1, 2]),
            ("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 5 LIMIT 3", [5, 6, 7]),
            ("SELECT VALUE COUNT(1) FROM c", [30]),
            ("SELECT VALUE SUM(c.n) FROM c", [435]),
            ("SELECT VALUE AVG(c.n) FROM c", [14.5]),
            ("SELECT VALUE MIN(c.n) FROM c", [0]),
            ("SELECT VALUE MAX(c.n) FROM c", [29]),
        ]
        for text, expected in rows:
            with self.subTest(text):
                self.assertEqual(self.query(text), expected)

    def test_in_groups(self):
        found = self.query("SELECT c.letter, COUNT(1) AS count FROM c GROUP BY c.letter")
        expected = [{"letter": letter, "count": 10} for letter in "abc"]
        self.assertEqual(sorted(found, key=lambda one: one["letter"]), expected)
        self.assertEqual(sorted(self.query("SELECT DISTINCT VALUE c.letter FROM c")), list("abc"))

    def test_come_in_pages_that_can_be_gone_on_from(self):
        seen, continuation = [], None
        while True:
            pages = self.container.query_items(
                "SELECT VALUE c.id FROM c", enable_cross_partition_query=True, max_item_count=7
            ).by_page(continuation)
            page = list(next(pages))
            self.assertLessEqual(len(page), 7)
            seen += page
            continuation = pages.continuation_token
            if not continuation:
                break
        self.assertEqual(sorted(seen), IDS)

    def test_of_feed_ranges(self):
        found = []
        for feed_range in self.container.read_feed_ranges():
            found += self.container.query_items("SELECT VALUE c.id FROM c", feed_range=feed_range)
        self.assertEqual(sorted(found), IDS)

    def test_that_are_wrong_are_refused(self):
        with self.assertRaises(CosmosHttpResponseError) as refusal:
            self.query("SELECT * FORM c")
        self.assertEqual(refusal.exception.status_code, 400)


class Batches(unittest.TestCase):
    def test_are_done_as_a_whole(self):
        container = open_container()
        results = container.execute_item_batch(
            [
                ("create", ({"id": "1", "pk": "p"},)),
                ("upsert", ({"id": "2", "pk": "p"},)),
                ("read", ("1",)),
                ("replace", ("1", {"id": "1", "pk": "p", "n": 2})),
                ("patch", ("1", [{"op": "incr", "path": "/n", "value": 1}])),
                ("delete", ("2",)),
            ],
            "p",
        )
        self.assertEqual([one["statusCode"] for one in results], [201, 201, 200, 200, 200, 204])
        self.assertEqual(container.read_item("1", "p")["n"], 3)

    def test_are_undone_as_a_whole(self):
        container = open_container()
        with self.assertRaises(CosmosBatchOperationError) as failure:
            container.execute_item_batch(
                [("create", ({"id": "1", "pk": "p"},)), ("delete", ("none",))], "p"
            )
        self.assertEqual((failure.exception.error_index, failure.exception.status_code), (1, 404))
        self.assertEqual([one["statusCode"] for one in failure.exception.operation_responses], [424, 404])
        with self.assertRaises(CosmosResourceNotFoundError):
            container.read_item("1", "p")


class ChangeFeeds(unittest.TestCase):
    def test_from_the_beginning_have_the_latest_versions(self):
        container = open_container()
        fill(container)
        container.upsert_item({"id": "03", "pk": "key 3", "n": "new"})
        container.delete_item("04", "key 4")
        changes = list(container.query_items_change_feed(start_time="Beginning", max_item_count=4))
        self.assertEqual(ids_of(changes), [id for id in IDS if id != "04"])
        self.assertEqual([one["n"] for one in changes if one["id"] == "03"], ["new"])

    def test_go_on_from_a_continuation(self):
        container = open_container()
        fill(container)
        self.assertEqual(len(list(container.query_items_change_feed(start_time="Beginning"))), len(IDS))
        continuation = container.client_connection.last_response_headers["etag"]
        container.upsert_item({"id": "new", "pk": "key 3"})
        container.upsert_item({"id": "05", "pk": "key 5"})
        self.assertEqual(ids_of(container.query_items_change_feed(continuation=continuation)), ["05", "new"])

    def test_from_now_have_what_comes(self):
        container = open_container()
        fill(container)
        self.assertEqual(list(container.query_items_change_feed(start_time="Now")), [])
        continuation = container.client_connection.last_response_headers["etag"]
        container.upsert_item({"id": "new", "pk": "p"})
        self.assertEqual(ids_of(container.query_items_change_feed(continuation=continuation)), ["new"])

    def test_from_a_time_have_what_came_later(self):
        container = open_container()
        fill(container)
        before = datetime.now(timezone.utc) - timedelta(minutes=5)
        self.assertEqual(len(list(container.query_items_change_feed(start_time=before))), len(IDS))
        after = datetime.now(timezone.utc) + timedelta(minutes=5)
        self.assertEqual(list(container.query_items_change_feed(start_time=after)), [])

    def test_of_feed_ranges_and_keys(self):
        container = open_container()
        fill(container)
        ranges = list(container.read_feed_ranges())
        found = []
        for feed_range in ranges:
            found += container.query_items_change_feed(feed_range=feed_range, start_time="Beginning")
        self.assertEqual(ids_of(found), IDS)
        of_key = container.feed_range_from_partition_key("key 3")
        self.assertEqual(sum(container.is_feed_range_subset(one, of_key) for one in ranges), 1)
        for scope in [{"feed_range": of_key}, {"partition_key": "key 3"}]:
            changes = container.query_items_change_feed(start_time="Beginning", **scope)
            self.assertEqual(ids_of(changes), ["03", "13", "23"])

    def test_have_all_versions_and_deletes(self):
        mode = {"mode": "AllVersionsAndDeletes"}
        try:
            container = open_container(change_feed_policy={"retentionDuration": 5})
            self.assertEqual(list(container.query_items_change_feed(start_time="Now", **mode)), [])
        except CosmosHttpResponseError as refusal:
            if os.environ.get("COSMOS_HAS_ALL_VERSIONS"):
                raise
            self.skipTest(f"the endpoint has no feed of all versions: {refusal.message}")
        continuation = container.client_connection.last_response_headers["etag"]
        container.create_item({"id": "1", "pk": "p", "n": 1})
        container.upsert_item({"id": "1", "pk": "p", "n": 2})
        container.delete_item("1", "p")
        changes = list(container.query_items_change_feed(continuation=continuation))
        self.assertEqual(
            [one["metadata"]["operationType"] for one in changes], ["create", "replace", "delete"]
        )
        self.assertEqual([one["current"]["n"] for one in changes[:2]], [1, 2])
        self.assertEqual(changes[2]["metadata"]["partitionKey"], {"pk": "p"})


class Sessions(unittest.TestCase):
    def test_read_what_they_have_written(self):
        container = open_container()
        with connect(consistency_level="Session") as other:
            mine = other.get_database_client(database.id).get_container_client(container.id)
            for number in range(5):
                mine.upsert_item({"id": "1", "pk": "p", "n": number})
                self.assertEqual(mine.read_item("1", "p")["n"], number)


class Authorization(unittest.TestCase):
    def test_with_another_key_is_refused(self):
        with self.assertRaises(CosmosHttpResponseError) as refusal:
            connect("AAAA")
        self.assertEqual(refusal.exception.status_code, 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)
