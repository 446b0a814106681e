//! The columns of all tables, as the migrations make them: a test compares the two. Never here: what a column means (see the
//! comments of the migrations).

diesel::table! {
    accounts (id) {
        id -> Int4,
        network_id -> Int2,
        unit_id -> Int2,
        kind -> Text,
        party_id -> Nullable<Int4>,
        deposit_identifier -> Text,
        window_id -> Nullable<Int4>,
    }
}

diesel::table! {
    agencies (id) {
        id -> Int2,
        code -> Text,
        party_id -> Int4,
    }
}

diesel::table! {
    allocations (id) {
        id -> Int8,
        kind -> Int2,
        tariff_version_id -> Int4,
        asked_amount -> Int8,
        quantity -> Int4,
        activity_leg -> Text,
        read_facts_id -> Int4,
        original_id -> Nullable<Int8>,
        original_ordinal -> Nullable<Int4>,
        source_terms -> Array<Int2>,
        source_amounts -> Array<Int8>,
        leg_terms -> Array<Int2>,
        leg_amounts -> Array<Int8>,
        total -> Int8,
    }
}

diesel::table! {
    bank_accounts (id) {
        id -> Int4,
        party_id -> Int4,
        deposit_identifier -> Text,
        iban -> Text,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        made_by -> Nullable<Int4>,
        made_at -> Nullable<Timestamptz>,
        approved_by -> Nullable<Int4>,
        approved_at -> Nullable<Timestamptz>,
        cooled_off_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Int4>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    batches (id) {
        id -> Int8,
        window_id -> Int4,
        unit_id -> Int2,
        booked_at -> Timestamptz,
        row_count -> Int4,
        amount_sum -> Int8,
        principal_sum -> Int8,
        digest -> Bytea,
    }
}

diesel::table! {
    bindings (id) {
        id -> Int4,
        office_id -> Int4,
        licence_id -> Int4,
        party_ids -> Array<Nullable<Int4>>,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        known_from -> Timestamptz,
        deciding_body -> Nullable<Text>,
        decision -> Nullable<Text>,
        originator_id -> Nullable<Int4>,
    }
}

diesel::table! {
    currency_units (id) {
        id -> Int2,
        code -> Text,
        iso_code -> Text,
        name_fa -> Text,
        name_en -> Text,
        scale -> Int2,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        spoken_fa -> Nullable<Text>,
        spoken_en -> Nullable<Text>,
        spoken_digits_dropped -> Nullable<Int2>,
    }
}

diesel::table! {
    entries (journal_id, line) {
        journal_id -> Int8,
        line -> Int2,
        account_id -> Int4,
        amount -> Int8,
        side -> Text,
        transaction_kind -> Int2,
        component_kind -> Text,
        item_count -> Int8,
    }
}

diesel::table! {
    facts (id) {
        id -> Int4,
        canonical -> Text,
    }
}

diesel::table! {
    hold_movements (id) {
        id -> Int8,
        settlement_id -> Int4,
        window_id -> Int4,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        cause -> Text,
        amount -> Int8,
    }
}

diesel::table! {
    holiday_revisions (calendar, day, ordinal) {
        calendar -> Text,
        day -> Date,
        ordinal -> Int2,
        withdrawn -> Bool,
        name_fa -> Text,
        name_en -> Text,
        made_by -> Int4,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    holidays (calendar, day) {
        calendar -> Text,
        day -> Date,
        name_fa -> Text,
        name_en -> Text,
    }
}

diesel::table! {
    instruments (id) {
        id -> Int4,
        code -> Text,
        title -> Text,
        number -> Text,
        issued_on -> Date,
        clause -> Text,
        standing -> Text,
    }
}

diesel::table! {
    job_runs (id) {
        id -> Int8,
        job -> Text,
        slot -> Timestamptz,
        state -> Text,
        worker -> Text,
        fencing -> Int8,
        attempts -> Int2,
        claimed_at -> Timestamptz,
        lease_until -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        outcome -> Text,
        by_hand -> Bool,
    }
}

diesel::table! {
    journals (id) {
        id -> Int8,
        network_id -> Int2,
        kind -> Text,
        window_id -> Int4,
        party_id -> Int4,
        cause_id -> Int8,
        posted_at -> Timestamptz,
        originator_id -> Int4,
    }
}

diesel::table! {
    licence_events (id) {
        id -> Int8,
        licence_id -> Int4,
        kind -> Text,
        effective_at -> Timestamptz,
        recorded_at -> Timestamptz,
        deciding_body -> Text,
        decision -> Text,
        instrument_id -> Nullable<Int4>,
        evidence -> Nullable<Text>,
        originator_id -> Int4,
    }
}

diesel::table! {
    licences (id) {
        id -> Int4,
        office_id -> Int4,
        network_id -> Int2,
        class -> Text,
        valid_from -> Timestamptz,
        valid_until -> Timestamptz,
    }
}

diesel::table! {
    network_parties (network_id, role_id) {
        network_id -> Int2,
        role_id -> Int2,
        party_id -> Int4,
    }
}

diesel::table! {
    network_rules (network_id) {
        network_id -> Int2,
        version -> Int8,
    }
}

diesel::table! {
    networks (id) {
        id -> Int2,
        code -> Text,
        name_fa -> Text,
        name_en -> Text,
        time_zone -> Text,
        cycle -> Text,
        week_starts_on -> Int2,
        first_window_starts_at -> Timestamptz,
        unit_id -> Int2,
        central_party_id -> Int4,
        payout_threshold -> Int8,
        carried_cycles_max -> Int2,
        remittance_due_days -> Int2,
        lateness_max_days -> Int2,
        after_suspension -> Text,
        payout_priority -> Array<Text>,
        contact -> Nullable<Text>,
        verification_url -> Text,
        calendar -> Nullable<Text>,
    }
}

diesel::table! {
    offices (id) {
        id -> Int4,
        code -> Text,
        name_fa -> Text,
        name_en -> Text,
        province -> Text,
        county -> Text,
        district -> Text,
        setting -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    originators (id) {
        id -> Int4,
        kind -> Text,
        code -> Text,
        name -> Text,
        party_id -> Nullable<Int4>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    outbox (id) {
        id -> Int8,
        statement_id -> Nullable<Int8>,
        licence_id -> Nullable<Int4>,
        kind -> Text,
        recipient -> Text,
        language -> Text,
        message_id -> Text,
        cause_key -> Text,
        queued_at -> Timestamptz,
        state -> Text,
        attempts -> Int2,
        next_attempt_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        fencing -> Int8,
        finished_at -> Nullable<Timestamptz>,
        last_answer -> Text,
        queued_again_at -> Nullable<Timestamptz>,
        queued_again_by -> Nullable<Int4>,
        bank_account_id -> Nullable<Int4>,
    }
}

diesel::table! {
    parties (id) {
        id -> Int4,
        code -> Text,
        kind -> Text,
        name_fa -> Text,
        name_en -> Text,
        language -> Text,
        email -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    payout_answers (id) {
        id -> Int8,
        payout_id -> Int8,
        outcome -> Text,
        bank_reference -> Text,
        reason -> Text,
        answered_at -> Timestamptz,
        window_id -> Int4,
        originator_id -> Int4,
    }
}

diesel::table! {
    payouts (id) {
        id -> Int8,
        settlement_id -> Int4,
        network_id -> Int2,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        amount -> Int8,
        iban -> Nullable<Text>,
        priority -> Int2,
        state -> Text,
        made_at -> Timestamptz,
        released_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    positions (settlement_id, party_id, deposit_identifier, unit_id) {
        settlement_id -> Int4,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        opening -> Int8,
        earned -> Int8,
        collected -> Int8,
        memos -> Int8,
        remitted -> Int8,
        returned -> Int8,
        before -> Int8,
        active_holds -> Int8,
        held -> Int8,
        payable -> Int8,
        paid -> Int8,
        closing -> Int8,
        carried_cycles -> Int2,
    }
}

diesel::table! {
    quarantine (id) {
        id -> Int8,
        office_code -> Text,
        sender_id -> Int4,
        reference -> Text,
        row -> Text,
        reason -> Text,
        explanation -> Text,
        received_at -> Timestamptz,
        state -> Text,
        decided_by -> Nullable<Int4>,
        decided_at -> Nullable<Timestamptz>,
        note -> Text,
    }
}

diesel::table! {
    remittance_demands (id) {
        id -> Int8,
        settlement_id -> Int4,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        amount -> Int8,
        reference -> Text,
        due_at -> Timestamptz,
    }
}

diesel::table! {
    remittances (id) {
        id -> Int8,
        network_id -> Int2,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        amount -> Int8,
        bank_reference -> Text,
        received_at -> Timestamptz,
        window_id -> Int4,
        originator_id -> Int4,
    }
}

diesel::table! {
    roles (id) {
        id -> Int2,
        code -> Text,
        hangs_on_office -> Bool,
    }
}

diesel::table! {
    row_seals (id) {
        id -> Int8,
        relation -> Text,
        keys -> Array<Text>,
        digests -> Array<Int8>,
        login -> Text,
        humble -> Bool,
    }
}

diesel::table! {
    servers (id) {
        id -> Int8,
        worker -> Text,
        timetable_digest -> Bytea,
        started_at -> Timestamptz,
        seen_at -> Timestamptz,
        jobs -> Array<Text>,
    }
}

diesel::table! {
    services (id) {
        id -> Int4,
        code -> Text,
        agency_id -> Int2,
        name_fa -> Text,
        name_en -> Text,
        after_suspension -> Nullable<Text>,
    }
}

diesel::table! {
    settlements (id) {
        id -> Int4,
        network_id -> Int2,
        window_id -> Int4,
        state -> Text,
        digest -> Bytea,
        proposed_by -> Int4,
        proposed_at -> Timestamptz,
        decided_by -> Nullable<Int4>,
        decided_at -> Nullable<Timestamptz>,
        reason -> Text,
    }
}

diesel::table! {
    statement_pdfs (statement_id) {
        statement_id -> Int8,
        bytes -> Bytea,
        rendered_at -> Timestamptz,
    }
}

diesel::table! {
    statements (id) {
        id -> Int8,
        number -> Text,
        network_id -> Int2,
        party_id -> Int4,
        unit_id -> Int2,
        ordinal -> Int4,
        settlement_id -> Int4,
        first_window_id -> Int4,
        last_window_id -> Int4,
        language -> Text,
        canonical -> Bytea,
        digest -> Bytea,
        previous_digest -> Nullable<Bytea>,
        verification_code -> Text,
        issued_at -> Timestamptz,
    }
}

diesel::table! {
    submission_rows (submission_id, line) {
        submission_id -> Int8,
        line -> Int8,
        outcome -> Text,
        reference -> Text,
        reason -> Text,
        explanation -> Text,
    }
}

diesel::table! {
    submissions (id) {
        id -> Int8,
        sender_id -> Int4,
        received_at -> Timestamptz,
        booked -> Int8,
        repeated -> Int8,
        quarantined -> Int8,
        conflicting -> Int8,
        refused -> Int8,
        malformed -> Int8,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tariff_terms (tariff_version_id, ordinal) {
        tariff_version_id -> Int4,
        ordinal -> Int2,
        side -> Text,
        name -> Text,
        kind -> Text,
        role_id -> Int2,
        party_id -> Nullable<Int4>,
        deposit_identifier -> Text,
        refundable -> Bool,
    }
}

diesel::table! {
    tariff_versions (id) {
        id -> Int4,
        network_id -> Int2,
        service_id -> Int4,
        unit_id -> Int2,
        agency_party_id -> Int4,
        document -> Text,
        digest -> Bytea,
        valid_from -> Timestamptz,
        valid_until -> Nullable<Timestamptz>,
        known_from -> Timestamptz,
        known_until -> Nullable<Timestamptz>,
        state -> Text,
        made_by -> Int4,
        approved_by -> Nullable<Int4>,
        approved_at -> Nullable<Timestamptz>,
        published_by -> Nullable<Int4>,
        published_at -> Nullable<Timestamptz>,
        withdrawn_by -> Nullable<Int4>,
        withdrawn_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tokens (id) {
        id -> Int4,
        originator_id -> Int4,
        hash -> Bytea,
        scope -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    transactions (office_id, sender_id, reference) {
        allocation_id -> Int8,
        batch_id -> Int8,
        original_id -> Nullable<Int8>,
        amount -> Int8,
        principal -> Int8,
        leaf -> Int8,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        office_id -> Int4,
        sender_id -> Int4,
        service_id -> Int4,
        licence_id -> Int4,
        binding_id -> Int4,
        facts_id -> Int4,
        window_id -> Int4,
        line -> Int2,
        network_id -> Int2,
        kind -> Int2,
        holder -> Int2,
        reference -> Text,
        citizen -> Nullable<Bytea>,
    }
}

diesel::table! {
    verifications (id) {
        id -> Int8,
        window_id -> Nullable<Int4>,
        verified_at -> Timestamptz,
        agreed -> Bool,
        findings -> Text,
        settlement_id -> Nullable<Int4>,
        run_id -> Nullable<Int8>,
        allocations_until -> Nullable<Int8>,
        batches_until -> Nullable<Int8>,
        journals_until -> Nullable<Int8>,
    }
}

diesel::table! {
    weekends (calendar, iso_weekday, valid_from) {
        calendar -> Text,
        iso_weekday -> Int2,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
    }
}

diesel::table! {
    window_closings (window_id) {
        window_id -> Int4,
        closed_at -> Timestamptz,
        originator_id -> Int4,
    }
}

diesel::table! {
    window_seals (window_id) {
        window_id -> Int4,
        sealed_at -> Timestamptz,
        originator_id -> Int4,
        transaction_count -> Int8,
        batch_count -> Int8,
        amount_sum -> Int8,
        principal_sum -> Int8,
        earned_sum -> Int8,
        collected_sum -> Int8,
        root -> Bytea,
    }
}

diesel::table! {
    window_totals (window_id, party_id, deposit_identifier, unit_id, earlier) {
        window_id -> Int4,
        party_id -> Int4,
        deposit_identifier -> Text,
        unit_id -> Int2,
        earlier -> Bool,
        service_ids -> Array<Int4>,
        sides -> Array<Int2>,
        transaction_kinds -> Array<Int2>,
        component_kinds -> Array<Text>,
        counts -> Array<Int8>,
        sums -> Array<Int8>,
    }
}

diesel::table! {
    windows (id) {
        id -> Int4,
        network_id -> Int2,
        ordinal -> Int4,
        period_key -> Text,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    agencies,
    allocations,
    bank_accounts,
    batches,
    bindings,
    currency_units,
    entries,
    facts,
    hold_movements,
    holiday_revisions,
    holidays,
    instruments,
    job_runs,
    journals,
    licence_events,
    licences,
    network_parties,
    network_rules,
    networks,
    offices,
    originators,
    outbox,
    parties,
    payout_answers,
    payouts,
    positions,
    quarantine,
    remittance_demands,
    remittances,
    roles,
    row_seals,
    servers,
    services,
    settlements,
    statement_pdfs,
    statements,
    submission_rows,
    submissions,
    tariff_terms,
    tariff_versions,
    tokens,
    transactions,
    verifications,
    weekends,
    window_closings,
    window_seals,
    window_totals,
    windows,
);
