"""Addresses of the parapheur."""

from django.urls import path

from parvis.signing.pages import batches, card_signing, cards, circuits, items, key_list, keys, lists, settings

urlpatterns = [
    path("", lists.parapheur, name="parapheur"),
    path("export.csv", lists.export, name="parapheur_csv"),
    path("nouveau/", settings.new, name="parapheur_new"),
    path("absence/", settings.absence, name="parapheur_absence"),
    path("carte/", cards.card, name="parapheur_card"),
    path("circuits/", circuits.circuits, name="parapheur_circuits"),
    path("cles/", key_list.keys, name="parapheur_keys"),
    path("cles/cle/<uuid:key_id>/", key_list.key_of, name="parapheur_key_of"),
    path("cles/cle/<uuid:key_id>/demande.csr", key_list.request_of, name="parapheur_key_request"),
    path("cles/<uuid:certificate_id>/", keys.key, name="parapheur_key"),
    path("lots/", batches.batches, name="parapheur_batches"),
    path("lots/<uuid:batch_id>/", batches.batch, name="parapheur_batch"),
    path("lots/<uuid:batch_id>/carte/", card_signing.sign, name="parapheur_card_sign"),
    path("lots/<uuid:batch_id>/carte/empreintes", card_signing.digests, name="parapheur_card_digests"),
    path("lots/<uuid:batch_id>/carte/signatures", card_signing.signatures, name="parapheur_card_signatures"),
    path("<uuid:item_id>/", items.item, name="parapheur_item"),
    path("<uuid:item_id>/document", items.document, name="parapheur_document"),
    path("<uuid:item_id>/journal.tlog-proof", items.journal_proof, name="parapheur_proof"),
    path("<uuid:item_id>/journal.json", items.journal_proof, {"opening": True}, name="parapheur_opening"),
    path("<uuid:item_id>/preuves", items.container, name="parapheur_container"),
    path("<uuid:item_id>/signe", items.document, {"signed": True}, name="parapheur_signed"),
]
