"""Closed lists of the recensement citoyen."""

from django.utils.translation import gettext_lazy as _

YES_NO = [("oui", _("Oui")), ("non", _("Non"))]
SEXES = [("2", _("Féminin")), ("1", _("Masculin"))]
MARITAL = [
    ("Célibataire", _("Célibataire")),
    ("Marié", _("Marié ou mariée")),
    ("Pacsé", _("Pacsé ou pacsée")),
    ("Divorcé", _("Divorcé ou divorcée")),
    ("Veuf", _("Veuf ou veuve")),
]
# Art. L113-2 asks for the school, university or working situation.
SCHOOLING = [
    ("", _("Choisissez")),
    ("college", _("Au collège")),
    ("lycee", _("Au lycée général ou technologique")),
    ("lycee_pro", _("Au lycée professionnel")),
    ("apprentissage", _("En apprentissage")),
    ("superieur", _("Dans l’enseignement supérieur")),
    ("emploi", _("En emploi")),
    ("sans", _("Sans emploi ni formation")),
]
STREET_TYPES = [
    ("", _("Aucun")),
    *((kind, kind.capitalize()) for kind in (
        "ALLEE", "AVENUE", "BOULEVARD", "CHEMIN", "COURS", "ESPLANADE", "HAMEAU", "IMPASSE", "LOTISSEMENT",
        "MAIL", "MONTEE", "PASSAGE", "PLACE", "PROMENADE", "QUAI", "RESIDENCE", "ROUTE", "RUE", "RUELLE",
        "SENTIER", "SQUARE", "VILLA", "VOIE",
    )),
]  # fmt: skip
# ISO 3166-1 alpha-3, as the message writes countries; France first because most answers are France.
COUNTRIES = [
    ("FRA", _("France")),
    ("DZA", _("Algérie")), ("DEU", _("Allemagne")), ("AGO", _("Angola")), ("ARG", _("Argentine")),
    ("ARM", _("Arménie")), ("AUS", _("Australie")), ("AUT", _("Autriche")), ("BEL", _("Belgique")),
    ("BEN", _("Bénin")), ("BRA", _("Brésil")), ("BGR", _("Bulgarie")), ("BFA", _("Burkina Faso")),
    ("KHM", _("Cambodge")), ("CMR", _("Cameroun")), ("CAN", _("Canada")), ("CHL", _("Chili")), ("CHN", _("Chine")),
    ("COL", _("Colombie")), ("COM", _("Comores")), ("COG", _("Congo")), ("CIV", _("Côte d’Ivoire")),
    ("HRV", _("Croatie")), ("DNK", _("Danemark")), ("EGY", _("Égypte")), ("ESP", _("Espagne")),
    ("USA", _("États-Unis")), ("FIN", _("Finlande")), ("GAB", _("Gabon")), ("GEO", _("Géorgie")), ("GRC", _("Grèce")),
    ("GIN", _("Guinée")), ("HTI", _("Haïti")), ("HUN", _("Hongrie")), ("IND", _("Inde")), ("IRQ", _("Irak")),
    ("IRN", _("Iran")), ("IRL", _("Irlande")), ("ISR", _("Israël")), ("ITA", _("Italie")), ("JPN", _("Japon")),
    ("LBN", _("Liban")), ("LUX", _("Luxembourg")), ("MDG", _("Madagascar")), ("MLI", _("Mali")), ("MAR", _("Maroc")),
    ("MUS", _("Maurice")), ("MRT", _("Mauritanie")), ("MEX", _("Mexique")), ("NER", _("Niger")), ("NOR", _("Norvège")),
    ("PAK", _("Pakistan")), ("NLD", _("Pays-Bas")), ("PER", _("Pérou")), ("PHL", _("Philippines")),
    ("POL", _("Pologne")), ("PRT", _("Portugal")), ("COD", _("République démocratique du Congo")),
    ("ROU", _("Roumanie")), ("GBR", _("Royaume-Uni")), ("RUS", _("Russie")), ("SEN", _("Sénégal")),
    ("SRB", _("Serbie")), ("SWE", _("Suède")), ("CHE", _("Suisse")), ("SYR", _("Syrie")), ("TCD", _("Tchad")),
    ("CZE", _("Tchéquie")), ("THA", _("Thaïlande")), ("TGO", _("Togo")), ("TUN", _("Tunisie")), ("TUR", _("Turquie")),
    ("UKR", _("Ukraine")), ("VNM", _("Viêt Nam")), ("ZZZ", _("Autre pays")),
]  # fmt: skip
OPTIONAL_COUNTRIES = [("", _("Choisissez")), *COUNTRIES]
