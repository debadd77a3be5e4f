"""Addresses of the referential."""

from django.urls import path

from parvis.exchange.hubee import organisations, processes, referential, shapes
from parvis.exchange.hubee.edge import Operation, resource

ADMIN = ("ADMIN",)
READERS = ("OSL", "ADMIN")

urlpatterns = [
    path(
        "subscriptions",
        resource(
            "/subscriptions",
            get=Operation(READERS, referential.list_subscriptions),
            post=Operation(ADMIN, referential.create_subscription, shapes.SUBSCRIPTION),
        ),
    ),
    path(
        "subscriptions/<str:subscription_id>",
        resource(
            "/subscriptions/{subscriptionId}",
            get=Operation(READERS, referential.read_subscription),
            put=Operation(ADMIN, referential.update_subscription, shapes.SUBSCRIPTION),
        ),
    ),
    path(
        "organizations",
        resource(
            "/organizations",
            get=Operation(ADMIN, organisations.list_organisations),
            post=Operation(ADMIN, organisations.create_organisation, shapes.ORGANIZATION),
        ),
    ),
    path(
        "organizations/<str:organisation_id>",
        resource(
            "/organizations/{id}",
            text_ids=("organisation_id",),
            get=Operation(ADMIN, organisations.read_organisation),
            put=Operation(ADMIN, organisations.update_organisation, shapes.ORGANIZATION),
        ),
    ),
    path(
        "processes",
        resource(
            "/processes",
            get=Operation(ADMIN, processes.list_processes),
            post=Operation(ADMIN, processes.create_process, shapes.PROCESS),
        ),
    ),
    path(
        "processes/<str:code>",
        resource(
            "/processes/{code}",
            text_ids=("code",),
            get=Operation(READERS, processes.read_process),
            put=Operation(ADMIN, processes.update_process, shapes.PROCESS),
        ),
    ),
]
