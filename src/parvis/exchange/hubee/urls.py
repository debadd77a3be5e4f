"""Addresses of the façade. Identifiers are taken as text: a malformed one gets the protocol's own refusal."""

from django.urls import path

from parvis.exchange.hubee import cases, events, folders, shapes
from parvis.exchange.hubee.edge import Operation, resource

EVERYONE = ("OSL", "SI", "ADMIN")
DEPOSITORS = ("OSL", "ADMIN")
BINARY = {"unknown_attachment": "Binary meta-data is not found"}
EVENT_FILE = {"unknown_attachment": "file is not found"}

urlpatterns = [
    path("notifications", resource("/notifications", get=Operation(EVERYONE, cases.notifications))),
    path(
        "notifications/<str:notification_id>",
        resource("/notifications/{notificationId}", delete=Operation(EVERYONE, cases.acknowledge)),
    ),
    path("folders", resource("/folders", post=Operation(DEPOSITORS, folders.create, shapes.FOLDER))),
    path(
        "folders/<str:folder_id>",
        resource(
            "/folders/{folderId}",
            get=Operation(DEPOSITORS, folders.read),
            patch=Operation(DEPOSITORS, folders.patch, shapes.FOLDER_PATCH),
            delete=Operation(DEPOSITORS, folders.delete),
        ),
    ),
    path(
        "folders/<str:folder_id>/attachments/<str:attachment_id>",
        resource(
            "/folders/{folderId}/attachments/{attachmentId}",
            put=Operation(DEPOSITORS, folders.upload, not_found=BINARY),
        ),
    ),
    path("cases/migrate", resource("/cases/migrate", put=Operation(("SI", "ADMIN"), cases.migrate, shapes.MIGRATION))),
    path(
        "cases/<str:case_id>",
        resource(
            "/cases/{caseId}",
            get=Operation(EVERYONE, cases.read),
            patch=Operation(EVERYONE, cases.patch, shapes.CASE_PATCH),
        ),
    ),
    path(
        "cases/<str:case_id>/attachments/<str:attachment_id>",
        resource("/cases/{caseId}/attachments/{attachmentId}", get=Operation(EVERYONE, cases.download)),
    ),
    path(
        "cases/<str:case_id>/events",
        resource("/cases/{caseId}/events", post=Operation(EVERYONE, events.create, shapes.EVENT)),
    ),
    path(
        "cases/<str:case_id>/events/<str:event_id>",
        resource(
            "/cases/{caseId}/events/{eventId}",
            get=Operation(EVERYONE, events.read),
            patch=Operation(EVERYONE, events.patch, shapes.EVENT_PATCH),
            delete=Operation(EVERYONE, events.delete),
        ),
    ),
    path(
        "cases/<str:case_id>/events/<str:event_id>/attachments/<str:attachment_id>",
        resource(
            "/cases/{caseId}/events/{eventId}/attachments/{attachmentId}",
            put=Operation(EVERYONE, events.upload, not_found=BINARY),
            get=Operation(EVERYONE, events.download, not_found=EVENT_FILE),
        ),
    ),
    path("attachmentsIdsForPurge", resource("/attachmentsIdsForPurge", get=Operation(EVERYONE, cases.purgeable))),
    path("idsPurged", resource("/idsPurged", put=Operation(EVERYONE, cases.purged, shapes.PURGED))),
]
