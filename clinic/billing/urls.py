"""Pages of this app."""

from django.urls import path

from clinic.billing import views

urlpatterns = [
    path("till/", views.till, name="till"),
    path("till/find/", views.till_find, name="till-find"),
    path("till/report.pdf", views.till_report, name="till-report"),
    path("unpaid/", views.unpaid, name="unpaid"),
    path("unpaid/list.xlsx", views.unpaid_xlsx, name="unpaid-xlsx"),
    path("patients/<uuid:patient_id>/money/", views.patient_money, name="patient-money"),
    path("patients/<uuid:patient_id>/pay/", views.pay, name="pay"),
    path("patients/<uuid:patient_id>/invoices/new/", views.invoice_new, name="invoice-new"),
    path("payments/<uuid:payment_id>/refund/", views.refund, name="refund"),
    path("invoices/<uuid:invoice_id>/file/", views.invoice_file, name="invoice-file"),
    path("invoices/<uuid:invoice_id>/cancel/", views.invoice_cancel, name="invoice-cancel"),
]
