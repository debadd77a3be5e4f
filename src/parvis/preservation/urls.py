"""Addresses of the registers."""

from django.urls import path

from parvis.preservation.pages import acts, deposits, registers, watching

urlpatterns = [
    path("", registers.registers, name="registers"),
    path("conservation/", watching.watching, name="preservation"),
    path("versements/", deposits.deposits, name="deposits"),
    path("versements/<uuid:deposit_id>/", deposits.deposit, name="deposit"),
    path("versements/<uuid:deposit_id>/<str:name>", deposits.file, name="deposit_file"),
    path("<uuid:register_id>/", registers.register, name="register"),
    path("<uuid:register_id>/export", registers.export, name="register_export"),
    path("<uuid:register_id>/actes/<str:number>/", acts.act, name="act"),
    path("<uuid:register_id>/actes/<str:number>/pages/<str:sha256>", acts.page, name="act_page"),
]
