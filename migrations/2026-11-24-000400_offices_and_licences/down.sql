DROP TABLE bindings, licence_events, licences, offices, services, agencies, instruments;
