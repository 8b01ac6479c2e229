"""Django's settings. What an operator may choose comes from the environment (docs/reference/web-settings.md)."""

from __future__ import annotations

import os
from pathlib import Path

import fontpkg
from django.utils.translation import gettext_lazy as _

from sipas_web.config import environment

PACKAGE = Path(__file__).parents[1]
FOLDER = environment.folder()
DEMONSTRATION = environment.flag("SIPAS_DEMONSTRATION", default=False)
HTTPS = environment.flag("SIPAS_HTTPS", default=not DEMONSTRATION)

DEBUG = False
SECRET_KEY = environment.secret_key()
ALLOWED_HOSTS = environment.listed("SIPAS_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.listed("SIPAS_ORIGINS", "")
ROOT_URLCONF = "sipas_web.config.urls"
WSGI_APPLICATION = "sipas_web.config.wsgi.application"
DATABASES = {"default": environment.database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "sipas_web.portal",
    "sipas_web.improvement",
    "sipas_web.results",
    "sipas_web.supervision",
    "sipas_web.onestop",
    "sipas_web.feedback",
    "sipas_web.quality",
    "sipas_web.capture",
    "sipas_web.fieldwork",
    "sipas_web.privacy",
    "sipas_web.rounds",
    "sipas_web.jobs",
    "sipas_web.accounts",
    "sipas_web.units",
    "sipas_web.audit",
    "sipas_web.shared",  # above the packages whose templates it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth lists passkeys with it
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sipas_web.shared.middleware.content_security",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sipas_web.shared.middleware.chosen_language",
    "sipas_web.shared.middleware.told_refusals",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sipas_web.shared.middleware.ComposedInput",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sipas_web.accounts.middleware.IdleSessions",
    "sipas_web.accounts.middleware.RequestActor",
    "sipas_web.accounts.middleware.DenyByDefault",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "sipas_web.shared.context.interface",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "sipas_web.shared.templatetags.look",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # forms are drawn by shared/templates/django/forms

# Language and time
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["sipas_web.shared.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = True

# Static files: collected at start, served by WhiteNoise under names that carry their hash
STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "static"
STATICFILES_DIRS = [("fonts", fontpkg.family("Be Vietnam Pro").files[0].path.parent)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = FOLDER / "uploads"
ROUNDS_FOLDER = FOLDER / "rounds"  # the library's folder of each round
PUBLICATIONS_FOLDER = FOLDER / "publications"  # published versions: written once
CONTACT_KEYS = Path(os.environ.get("SIPAS_CONTACT_KEYS") or FOLDER / "keys" / "contacts.json")  # in no backup
KEEP_DAYS = environment.numbers("SIPAS_KEEP_DAYS")  # kind of data -> days it is kept; others as their app says
BACKUPS_FOLDER = Path(os.environ.get("SIPAS_BACKUPS") or FOLDER / "backups")  # old files in it are deleted
LOGS_FOLDER = Path(os.environ.get("SIPAS_LOGS") or FOLDER / "logs")
MESSAGES_FOLDER = Path(os.environ.get("SIPAS_MESSAGES") or FOLDER / "messages")  # taken by a gateway of SMS and e-mail
MESSAGE_GATEWAY = os.environ.get("SIPAS_MESSAGE_GATEWAY") or "sipas_web.shared.messages.FileGateway"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes of a form without its files
FILE_UPLOAD_HANDLERS = ["sipas_web.shared.uploads.LimitedUpload"]
INCOMING_FOLDER = FOLDER / "incoming"  # on the disk of the folder, never in memory; nothing is left there
UPLOAD_MOST_BYTES = environment.number("SIPAS_UPLOAD_MB", 200) * 1024 * 1024  # all files of one request
VERIFY_MOST_BYTES = 32 * 1024 * 1024  # sent by anybody to be compared with a certificate
LIST_MOST_ROWS = environment.number("SIPAS_LIST_ROWS", 2_000_000)  # of a round: its import takes 1.5 GB per million

# People
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["sipas_web.accounts.backends.AreaBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "sipas_web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation that was answered has proved the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that have no account
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("SIPAS_PROXIES", 0)
SOCIALACCOUNT_ADAPTER = "sipas_web.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc()}}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # the ministry's directory vouches for its addresses; nobody signs up
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # interviewers may have no address
MFA_TOTP_ISSUER = "SIPAS"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_RECOVERY_CODES_SHOW_ONCE = True
INVITATION_DAYS = 14

# Sessions: end with the browser, after half a day in any case, and after an hour without use
SESSION_COOKIE_AGE = 12 * 3600  # s
SESSION_IDLE = environment.number("SIPAS_IDLE_MINUTES", 60) * 60  # s
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Transport
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^suc-khoe/$"]  # the load balancer asks without TLS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "sipas_web.shared.views.forged"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    # Browsers hold a form to this policy through its redirects: single sign-on starts with a form.
    + " ".join(["form-action 'self'", *environment.oidc_origins()])
)

# The limits of login attempts must hold over all processes of the server
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("SIPAS_MAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = os.environ.get("SIPAS_MAIL_HOST", "")
EMAIL_PORT = environment.number("SIPAS_MAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("SIPAS_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SIPAS_MAIL_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("SIPAS_MAIL_TLS", default=True)
DEFAULT_FROM_EMAIL = os.environ.get("SIPAS_MAIL_FROM", "sipas@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
