"""What every way of running shares. Grouped by concern; each deployer's choice is read through `core.env`."""

import json
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from parvis.core import env
from parvis.core.database import database_config
from parvis.documents.vault import kept_key

# --- Where things live -------------------------------------------------------------------------------------------
DATA_DIR = env.data_dir()
PACKAGE_DIR = Path(__file__).resolve().parents[2]

# --- Who we are on the network -----------------------------------------------------------------------------------
SECRET_KEY = env.kept_secret("PARVIS_SECRET_KEY", DATA_DIR / "keys" / "django.key")
DEBUG = False
ALLOWED_HOSTS = env.words("PARVIS_HOSTS", "localhost,127.0.0.1,[::1]")
SITE_URL = env.text("PARVIS_URL", "http://localhost:8600").rstrip("/")
SITE_NAME = env.text("PARVIS_NAME", "Parvis")
PARVIS_OPERATOR_SIRET = env.text("PARVIS_OPERATOR_SIRET", "13002603200016")
ROOT_URLCONF = "parvis.web.urls"
WSGI_APPLICATION = "parvis.web.wsgi.application"

# --- Applications, low layers first ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "parvis.core",
    "parvis.ui",
    "parvis.ledger",
    "parvis.identity",
    "parvis.directory",
    "parvis.documents",
    "parvis.notifications",
    "parvis.catalogue",
    "parvis.access",
    "parvis.signing",
    "parvis.exchange",
    "parvis.preservation",
    "parvis.teleservices",
    "parvis.legality",
    "parvis.civilstatus",
    "parvis.insight",
    "parvis.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
MIDDLEWARE = [
    "parvis.web.metrics.timed",
    "parvis.identity.shown_certificates.only_from_the_proxy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "parvis.web.middleware.content_security_policy",
    "parvis.web.middleware.nobody_in_particular",
    "parvis.web.middleware.own_rows_only",  # before the first query
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "parvis.web.middleware.machines_read_french",
    "parvis.web.middleware.programs_get_problems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parvis.identity.session_limits.session_limits",
    "parvis.web.middleware.signed_in_rows",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "parvis.web.middleware.refusals",
    "parvis.identity.stepup.middleware.step_up",  # after refusals, so that it sees the exception first
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parvis.web.shell.context",
            ],
            "builtins": ["parvis.ui.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- Storage -----------------------------------------------------------------------------------------------------
DATABASES = {"default": database_config()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DOCUMENTS_ROOT = Path(env.text("PARVIS_DOCUMENTS", str(DATA_DIR / "documents")))
DOCUMENTS_KEY = kept_key(DATA_DIR / "keys" / "documents.age")
DOCUMENTS_FORMER_KEYS = env.words("PARVIS_DOCUMENTS_FORMER_KEYS")
PRESERVATION_ROOT = Path(env.text("PARVIS_PRESERVATION", str(DATA_DIR / "preservation")))
PRESERVATION_REPLICA = env.text("PARVIS_PRESERVATION_REPLICA")  # a folder of a distinct site, mounted here
PRESERVATION_RECIPIENTS = env.words("PARVIS_PRESERVATION_RECIPIENTS")  # age keys that may also open what is kept
CLAMD = env.text("PARVIS_CLAMD")  # unix:/run/clamav/clamd.ctl or tcp:host:port
SIGNERS_FILE = env.text("PARVIS_SIGNERS")  # PEM: authorities of those who sign the messages that the hub carries
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # larger files go to a temporary file, never to memory
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # forms and JSON; files are streamed and not counted here

# --- Sign-in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses before a password is looked at
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Wrong passwords are counted in the database, by address tried and caller: locking by address alone would let anyone
# lock anyone out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "parvis.identity.lockout.name_tried"
AXES_LOCKOUT_CALLABLE = "parvis.identity.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the journal has it, without the address
AXES_VERBOSE = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/900s/key"}  # codes of a second factor, by account; axes counts passwords
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "parvis.identity.password_rules.ContextWordsValidator"},
    {"NAME": "parvis.identity.password_rules.BreachedPasswordValidator"},
]
BREACHED_FILE = DATA_DIR / "breached-passwords.bin"  # made by `parvis import breached-passwords`
BREACHED_URL = env.text("PARVIS_BREACHED_URL").rstrip("/")  # a service by ranges, where the installation wants one
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before a change of address, as before one of second factor
ACCOUNT_SIGNUP_FORM_CLASS = "parvis.identity.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "parvis.identity.account_forms.LoginForm",
    "signup": "parvis.identity.account_forms.SignupForm",
    "reset_password": "parvis.identity.account_forms.ResetPasswordForm",
    "reset_password_from_key": "parvis.identity.account_forms.ResetPasswordKeyForm",
    "change_password": "parvis.identity.account_forms.ChangePasswordForm",
    "reauthenticate": "parvis.identity.account_forms.ReauthenticateForm",
}
MFA_ADAPTER = "parvis.identity.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # a passkey alone opens the account: it holds two factors
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = SITE_NAME
MFA_FORMS = {
    "authenticate": "parvis.identity.account_forms.CodeForm",
    "reauthenticate": "parvis.identity.account_forms.CodeAgainForm",
    "add_webauthn": "parvis.identity.passkey_forms.AddForm",
    "authenticate_webauthn": "parvis.identity.passkey_forms.SecondStepForm",
    "login_webauthn": "parvis.identity.passkey_forms.LoginForm",
    "reauthenticate_webauthn": "parvis.identity.passkey_forms.AgainForm",
    "activate_totp": "parvis.identity.account_forms.ActivateForm",
}
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # a session is short: people use shared computers
ACCOUNT_ADAPTER = "parvis.identity.adapter.AccountAdapter"

# What some actions ask of a session (two factors, a recent proof): always asked, except in the demo.
ASSURANCE_ENFORCED = True

# Addresses of the TLS proxy: only from there is a client's certificate believed (docs/security/provider.md).
TLS_PROXIES = env.words("PARVIS_TLS_PROXIES")
# Towns are told of a sign-out at moments of their own, within twenty seconds: one moment would match a person.
PROVIDER_SPREADS_NOTICES = True
ATTEMPTS_KEPT_DAYS = env.number("PARVIS_ATTEMPTS_DAYS", 30)  # attempts at passwords, with their addresses
NOTICES_KEPT_DAYS = env.number("PARVIS_NOTICES_DAYS", 365)  # which town was told of which sign-out

# Sign-in by an agent's card, read on a host of its own (docs/security/cards.md); off without an address.
CARD_URL = env.text("PARVIS_CARD_URL").rstrip("/")
CARD_AUTHORITIES = env.text("PARVIS_CARD_AUTHORITIES")  # PEM: roots and intermediates recognised
CARD_LISTS = env.text("PARVIS_CARD_LISTS")  # a folder of their revocation lists, renewed by the system
CARD_POLICIES = env.words("PARVIS_CARD_POLICIES")  # oid=rgs2 oid=rgs3

# Providers we rely on (FranceConnect, ProConnect, a town's): a JSON list, described in docs/security/federation.md.
FEDERATION_FILE = env.text("PARVIS_PROVIDERS")
FEDERATION = json.loads(Path(FEDERATION_FILE).read_text(encoding="utf-8")) if FEDERATION_FILE else []

# --- Cookies and headers -----------------------------------------------------------------------------------------
SECURE_COOKIES = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-parvis" if SECURE_COOKIES else "parvis"
CSRF_COOKIE_NAME = "__Host-parvis-csrf" if SECURE_COOKIES else "parvis-csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
CSRF_FAILURE_VIEW = "parvis.web.errors.expired_form"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Mail --------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("PARVIS_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("PARVIS_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("PARVIS_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("PARVIS_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("PARVIS_SMTP_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("PARVIS_MAIL_FROM", "Parvis <ne-pas-repondre@parvis.invalid>")

# Only for a demo or a private network: webhooks to http and to private addresses.
WEBHOOKS_ALLOW_PRIVATE = env.flag("PARVIS_WEBHOOKS_ALLOW_PRIVATE")
METRICS_TOKEN = env.text("PARVIS_METRICS_TOKEN")  # who may read /metrics; without it there is no such page
OPERATOR_EMAIL = env.text("PARVIS_OPERATOR_EMAIL")  # who is told when the hub cuts a caller

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "web" / "locale"]
LANGUAGE_COOKIE_NAME = "parvis-language"
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- Logs: static events and ids, never a person's data ----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # One line per job, with its arguments, is noise in production; failures are warnings and errors.
    "loggers": {"procrastinate": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.text("PARVIS_LOG_LEVEL", "INFO")},
}
