//! What the pages say in both languages. Never here: figures and names, which come from the use cases.

use crate::domain::language::Language;

#[derive(Debug)]
pub struct Words {
    pub language: &'static str,
    pub direction: &'static str,
    pub other_language: &'static str,
    pub other_language_name: &'static str,
    pub name: &'static str,
    pub promise: &'static str,
    pub version: &'static str,
    pub serving: &'static str,
    pub database_away: &'static str,
    pub database_away_told: &'static str,
    pub networks: &'static str,
    pub no_networks: &'static str,
    pub no_networks_told: &'static str,
    pub offices: &'static str,
    pub window: &'static str,
    pub no_window: &'static str,
    pub open_until: &'static str,
    pub last_settlement: &'static str,
    pub no_settlement: &'static str,
    pub approved: &'static str,
    pub unsettled: &'static str,
    pub jobs: &'static str,
    pub no_jobs: &'static str,
    pub not_run: &'static str,
    pub mail: &'static str,
    pub no_mail: &'static str,
    pub verify: &'static str,
    pub verify_told: &'static str,
    pub code: &'static str,
    pub check: &'static str,
    pub issued: &'static str,
    pub issued_told: &'static str,
    pub unknown_code: &'static str,
    pub unknown_code_told: &'static str,
    pub too_often: &'static str,
    pub too_often_told: &'static str,
    pub number: &'static str,
    pub party: &'static str,
    pub period: &'static str,
    pub digest: &'static str,
    pub api: &'static str,
    pub machines: &'static str,
    pub machines_told: &'static str,
    pub api_pages: &'static str,
    pub api_document: &'static str,
    pub health: &'static str,
    pub counters: &'static str,
    pub back: &'static str,
}

impl Words {
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::Fa => &PERSIAN,
            Language::En => &ENGLISH,
        }
    }

    pub fn cycle(&self, code: &str) -> &'static str {
        let names = match code {
            "daily" => ("روزانه", "daily"),
            "weekly" => ("هفتگی", "weekly"),
            "jalali_month" => ("ماهانه", "by Jalali month"),
            "gregorian_month" => ("ماهانهٔ میلادی", "monthly"),
            _ => ("", ""),
        };
        self.chosen(names)
    }

    /// Places in the pages of the OpenAPI document, each with what is read there.
    pub fn readings(&self) -> [(&'static str, &'static str); 11] {
        READINGS.map(|(place, names)| (place, self.chosen(names)))
    }

    /// What a job does; a job with a name of its own is called by it.
    pub fn job<'a>(&self, name: &'a str) -> &'a str {
        let names = match name {
            "close-windows" => ("بستن پنجره‌های تسویه", "Close windows"),
            "propose-settlements" => ("پیشنهاد تسویه", "Propose settlements"),
            "release-payouts" => ("ارسال دستور پرداخت‌ها", "Release payouts"),
            "remind-licence-expiry" => ("یادآوری پایان پروانه‌ها", "Remind of licence expiry"),
            "send-mail" => ("ارسال نامه‌ها", "Send mail"),
            "verify-books" => ("راستی‌آزمایی دفترها", "Verify the books"),
            own => return own,
        };
        self.chosen(names)
    }

    pub fn state(&self, code: &str) -> &'static str {
        let names = match code {
            "running" => ("در حال اجرا", "running"),
            "succeeded" => ("انجام شد", "done"),
            "queued" => ("در صف", "queued"),
            "sending" => ("در حال ارسال", "being sent"),
            "accepted" => ("پذیرفته شد", "accepted"),
            "failed" => ("ناموفق", "failed"),
            "lapsed" => ("رهاشده", "lapsed"),
            "unknown" => ("نامعلوم", "of unknown fate"),
            _ => ("", ""),
        };
        self.chosen(names)
    }

    fn chosen(&self, (persian, english): (&'static str, &'static str)) -> &'static str {
        if self.direction == "rtl" { persian } else { english }
    }
}

/// What is read through the API, each with its place in the pages of the OpenAPI document: tag and operation.
const READINGS: [(&str, (&str, &str)); 11] = [
    ("register/list_networks", ("شبکه‌ها", "Networks")),
    (
        "offices/list_offices",
        ("دفترها و پروانه‌هایشان", "Offices and their licences"),
    ),
    ("offices/report_earnings", ("درآمد دفترها", "Earnings")),
    ("tariffs/list_tariffs", ("تعرفه‌ها", "Tariffs")),
    ("transactions/list_transactions", ("تراکنش‌ها", "Transactions")),
    ("settlements/list_windows", ("پنجره‌های تسویه", "Windows")),
    ("settlements/list_settlements", ("تسویه‌ها", "Settlements")),
    ("parties/report_balances", ("مانده‌ها", "Balances")),
    ("statements/list_statements", ("صورت‌حساب‌ها", "Statements")),
    ("operation/list_mail", ("صندوق ارسال نامه", "Outbox")),
    ("operation/list_job_runs", ("تاریخچهٔ کارها", "Job history")),
];

const PERSIAN: Words = Words {
    language: "fa",
    direction: "rtl",
    other_language: "en",
    other_language_name: "English",
    name: "دفتر",
    promise: "از بند قانون تا خدمت پای پیشخوان تا ریال در حساب بانکی: هر گام ثبت می‌شود، توضیح دارد و ذی‌نفع می‌تواند آن را بسنجد.",
    version: "نسخهٔ",
    serving: "در حال خدمت",
    database_away: "پایگاه داده در دسترس نیست",
    database_away_told: "درخواست‌ها تا بازگشت آن پذیرفته نمی‌شوند؛ آنچه پذیرفته شده بود از دست نمی‌رود. این صفحه را کمی بعد دوباره باز کنید.",
    networks: "شبکه‌ها",
    no_networks: "هنوز شبکه‌ای ثبت نشده است",
    no_networks_told: "برای دیدن شبکه‌ای نمونه با همهٔ گردش کار، در کنار همین سرور و با پوشه و درگاه جدا (متغیر DATABASE_URL نباید تنظیم شده باشد):",
    offices: "دفتر دارای پروانه",
    window: "پنجرهٔ جاری",
    no_window: "هنوز آغاز نشده است",
    open_until: "باز تا",
    last_settlement: "آخرین تسویه",
    no_settlement: "هنوز تسویه‌ای تصویب نشده است",
    approved: "تصویب در",
    unsettled: "پنجره در انتظار تسویه",
    jobs: "کارهای زمان‌بندی‌شده",
    no_jobs: "اکنون هیچ سروری برنامهٔ زمانی را دنبال نمی‌کند: کاری اجرا نمی‌شود.",
    not_run: "هنوز اجرا نشده",
    mail: "نامه‌ها",
    no_mail: "هنوز نامه‌ای در صف نبوده است.",
    verify: "بررسی صورت‌حساب",
    verify_told: "کد دوازده‌نویسه‌ای را که روی صورت‌حساب چاپ شده است بنویسید.",
    code: "کد بررسی",
    check: "بررسی",
    issued: "صورت‌حسابی با این کد صادر شده است",
    issued_told: "صورت‌حسابی با این شماره، برای این ذی‌نفع و این دوره، در همین سامانه صادر شده است. این صفحه مبلغ‌ها را نمی‌سنجد: مبلغ‌های برگ خود را با PDF رسیده با نامه، یا با نسخه‌ای که با توکن گرفته می‌شود، مقایسه کنید.",
    unknown_code: "صورت‌حسابی با این کد صادر نشده است",
    unknown_code_told: "نویسه‌ها را دوباره با برگ صورت‌حساب مقایسه کنید.",
    too_often: "پی‌درپی پرسیده شد",
    too_often_told: "از این نشانی در یک دقیقهٔ گذشته بیش از اندازه پرسیده شده است. کمی بعد دوباره بپرسید.",
    number: "شماره",
    party: "ذی‌نفع",
    period: "دوره",
    digest: "چکیدهٔ SHA-256",
    api: "آنچه از راه API خوانده می‌شود",
    machines: "برای سامانه‌ها",
    machines_told: "هر درخواست با یک توکن می‌آید. توکن را همان‌جا که برنامه اجرا می‌شود بسازید:",
    api_pages: "راهنمای API",
    api_document: "سند OpenAPI 3.1",
    health: "سلامت",
    counters: "شمارنده‌ها",
    back: "صفحهٔ آغاز",
};

const ENGLISH: Words = Words {
    language: "en",
    direction: "ltr",
    other_language: "fa",
    other_language_name: "فارسی",
    name: "Daftar",
    promise: "From the clause of the law, to the service at the counter, to the rial in the bank account: every step is on record, explained, and can be checked by the one it concerns.",
    version: "version",
    serving: "Serving",
    database_away: "The database is away",
    database_away_told: "Until it is back no request is taken; what was acknowledged is not lost. Open this page again in a moment.",
    networks: "Networks",
    no_networks: "No network is registered yet",
    no_networks_told: "To see a sample network with all that happens in it, beside this server, with a folder and a port of its own (DATABASE_URL must not be set):",
    offices: "licensed offices",
    window: "Window that runs",
    no_window: "has not begun",
    open_until: "open until",
    last_settlement: "Last settlement",
    no_settlement: "none is approved yet",
    approved: "approved on",
    unsettled: "windows wait to be settled",
    jobs: "Scheduled jobs",
    no_jobs: "No server follows the timetable now: no job runs.",
    not_run: "not run yet",
    mail: "Mail",
    no_mail: "No mail was queued yet.",
    verify: "Check a statement",
    verify_told: "Type the code of twelve characters that is printed on the statement.",
    code: "Verification code",
    check: "Check",
    issued: "A statement with this code was issued",
    issued_told: "A statement with this number, of this party and this period, was issued here. This page checks no amounts: compare those on your paper with the PDF that came by mail, or with the one that is fetched with a token.",
    unknown_code: "No statement with this code was issued",
    unknown_code_told: "Compare the characters with those on the paper once more.",
    too_often: "Asked too often",
    too_often_told: "More was asked from this address within a minute than is answered. Ask again in a moment.",
    number: "Number",
    party: "Party",
    period: "Period",
    digest: "SHA-256 digest",
    api: "What is read through the API",
    machines: "For machines",
    machines_told: "Every request bears a token. Make one where the program runs:",
    api_pages: "API reference",
    api_document: "OpenAPI 3.1 document",
    health: "Health",
    counters: "Counters",
    back: "Start page",
};
