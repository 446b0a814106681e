-- Currency units, roles, parties and networks: what everything else refers to.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE currency_units (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT unit_codes_are_unique UNIQUE
        CONSTRAINT unit_code_is_upper_case CHECK (code ~ '^[A-Z0-9-]{2,12}$'),
    iso_code text NOT NULL,
    name_fa text NOT NULL,
    name_en text NOT NULL,
    scale smallint NOT NULL CONSTRAINT unit_scale_is_small CHECK (scale BETWEEN 0 AND 6),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    CONSTRAINT unit_validity_is_half_open CHECK (valid_until > valid_from)
);
COMMENT ON TABLE currency_units IS 'A currency in one period of validity with one scale: a redenominated rial is another unit.';
COMMENT ON COLUMN currency_units.scale IS 'Decimal digits between the smallest part, in which all amounts are counted, and the displayed unit.';

CREATE TABLE roles (
    id smallint PRIMARY KEY CONSTRAINT role_ids_index_arrays CHECK (id BETWEEN 1 AND 64),
    code text NOT NULL CONSTRAINT role_codes_are_unique UNIQUE CHECK (code ~ '^[a-z][a-z_]{1,39}$'),
    hangs_on_office boolean NOT NULL
);
COMMENT ON TABLE roles IS 'The roles that tariff terms name. Those that hang on the office are resolved by a binding, the others when a tariff is published.';
INSERT INTO roles (id, code, hangs_on_office) VALUES
    (1, 'office', true), (2, 'municipality', true), (3, 'provincial_treasury', true),
    (11, 'agency', false), (12, 'operator', false), (13, 'authority', false), (14, 'treasury', false),
    (15, 'tax', false), (16, 'insurer', false), (17, 'central', false), (18, 'union', false),
    (30, 'holder', false), (31, 'party', false);

CREATE TABLE parties (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT party_codes_are_unique UNIQUE
        CONSTRAINT party_code_is_printable CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    kind text NOT NULL CONSTRAINT party_kind_is_known CHECK (kind IN
        ('office', 'agency', 'authority', 'operator', 'treasury', 'municipality', 'tax', 'insurer', 'central', 'union', 'other')),
    name_fa text NOT NULL,
    name_en text NOT NULL,
    language text NOT NULL DEFAULT 'fa' CONSTRAINT party_language_is_spoken CHECK (language IN ('fa', 'en')),
    email text CONSTRAINT party_email_has_an_at CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE parties IS 'Whoever can be owed money.';

CREATE TABLE bank_accounts (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL DEFAULT '',
    iban text NOT NULL CONSTRAINT iban_has_its_form CHECK (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    CONSTRAINT one_bank_account_per_destination_and_time EXCLUDE USING gist
        (party_id WITH =, deposit_identifier WITH =, tstzrange(valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE bank_accounts IS 'Where a party''s destination is paid, dated. Copied into the payout when it is approved.';
COMMENT ON COLUMN bank_accounts.deposit_identifier IS 'The identifier that a treasury transfer bears; empty for the party''s plain destination.';

CREATE TABLE networks (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT network_codes_are_unique UNIQUE CHECK (code ~ '^[a-z][a-z0-9-]{1,39}$'),
    name_fa text NOT NULL,
    name_en text NOT NULL,
    time_zone text NOT NULL,
    cycle text NOT NULL CONSTRAINT network_cycle_is_known CHECK (cycle IN ('daily', 'weekly', 'jalali_month', 'gregorian_month')),
    week_starts_on smallint NOT NULL DEFAULT 6 CONSTRAINT week_starts_on_an_iso_day CHECK (week_starts_on BETWEEN 1 AND 7),
    first_window_starts_at timestamptz NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    central_party_id integer NOT NULL REFERENCES parties,
    payout_threshold bigint NOT NULL DEFAULT 0 CONSTRAINT payout_threshold_is_not_negative CHECK (payout_threshold >= 0),
    carried_cycles_max smallint NOT NULL DEFAULT 3 CONSTRAINT carried_cycles_max_is_positive CHECK (carried_cycles_max > 0),
    remittance_due_days smallint NOT NULL DEFAULT 7 CONSTRAINT remittance_due_days_are_few CHECK (remittance_due_days BETWEEN 0 AND 90),
    lateness_max_days smallint NOT NULL DEFAULT 270 CONSTRAINT lateness_max_days_is_positive CHECK (lateness_max_days > 0),
    after_suspension text NOT NULL DEFAULT 'quarantine' CONSTRAINT after_suspension_is_known CHECK (after_suspension IN ('quarantine', 'refuse')),
    payout_priority text[] NOT NULL DEFAULT ARRAY['treasury', 'tax', 'municipality', 'agency', 'insurer', 'office', 'operator', 'authority', 'union', 'central', 'other'],
    contact text,
    verification_url text NOT NULL DEFAULT 'https://daftar.example/verify'
);
COMMENT ON TABLE networks IS 'A licensor''s family of offices with its own windows, settlements, balances and statements.';
COMMENT ON COLUMN networks.week_starts_on IS 'ISO number of the weekday on which a weekly window begins: 6 is Saturday.';
COMMENT ON COLUMN networks.payout_threshold IS 'Least balance that is paid out, in the smallest part of the unit.';
COMMENT ON COLUMN networks.lateness_max_days IS 'An item that happened longer ago goes to quarantine.';
COMMENT ON COLUMN networks.payout_priority IS 'Kinds of parties in the order in which payouts leave when the money does not suffice for all.';

COMMENT ON COLUMN networks.contact IS 'Whom to ask about a debit: a telephone number or mail address of the network, printed on statements.';
COMMENT ON COLUMN networks.verification_url IS 'The public address below which a statement''s code is checked. Data and not a server''s setting, so that a statement has the same bytes whichever server issues it.';

CREATE TABLE network_parties (
    network_id smallint NOT NULL REFERENCES networks,
    role_id smallint NOT NULL REFERENCES roles,
    party_id integer NOT NULL REFERENCES parties,
    PRIMARY KEY (network_id, role_id)
);
COMMENT ON TABLE network_parties IS 'Who plays a role (operator, authority, tax, …) in a whole network; read when a tariff is published.';

CREATE TABLE network_rules (
    network_id smallint PRIMARY KEY REFERENCES networks,
    version bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE network_rules IS 'Raised, under the network''s exclusive lock, by whatever changes licences or tariffs: servers compare it before they book by remembered rules.';

CREATE TABLE holidays (
    calendar text NOT NULL,
    day date NOT NULL,
    name_fa text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (calendar, day)
);
CREATE TABLE weekends (
    calendar text NOT NULL,
    iso_weekday smallint NOT NULL CHECK (iso_weekday BETWEEN 1 AND 7),
    valid_from date NOT NULL,
    valid_until date,
    PRIMARY KEY (calendar, iso_weekday, valid_from)
);
COMMENT ON TABLE holidays IS 'Days on which banks of a calendar do not work.';
COMMENT ON TABLE weekends IS 'Weekly days off of a calendar, dated: they change by law.';

SELECT make_append_only(t) FROM unnest(ARRAY['currency_units', 'roles', 'network_parties', 'holidays', 'weekends']::regclass[]) AS t;
GRANT SELECT, INSERT, UPDATE ON parties, bank_accounts, networks, network_rules TO daftar_app;
