//! A sealed statement as PDF/A-2b bytes, the same bytes whenever they are asked for. Never here: the look of the page (it is
//! `templates/statement.typ`), figures, or files.

use crate::domain::money::AmountOverflow;
#[cfg(not(feature = "pdf"))]
use crate::domain::statement::Statement;

#[derive(Debug, thiserror::Error)]
pub enum PdfFailure {
    #[error("this build has no PDF: it was built without the feature `pdf`")]
    NotBuilt,
    #[error("the statement template does not compile: {0}")]
    Template(String),
    #[error("the verification address is too long for a QR code")]
    NoQrCode,
    #[error("the issue date is outside of what a PDF can say")]
    Date,
    #[error("the statement's texts are no JSON: {0}")]
    Texts(#[from] serde_json::Error),
    #[error(transparent)]
    Overflow(#[from] AmountOverflow),
}

/// Renders the statement. Takes tens of milliseconds of CPU: call it off the async threads.
#[cfg(not(feature = "pdf"))]
pub fn statement_pdf(_statement: &Statement) -> Result<Vec<u8>, PdfFailure> {
    Err(PdfFailure::NotBuilt)
}

#[cfg(feature = "pdf")]
pub use with_typst::statement_pdf;

#[cfg(feature = "pdf")]
mod with_typst {
    use std::sync::LazyLock;

    use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
    use typst::diag::{FileError, FileResult, SourceDiagnostic};
    use typst::foundations::{Bytes, Datetime, Duration, Smart};
    use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
    use typst::text::{Font, FontBook};
    use typst::utils::LazyHash;
    use typst::{Library, LibraryExt as _, World};
    use typst_layout::PagedDocument;
    use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

    use super::PdfFailure;
    use crate::documents::qr::qr_svg;
    use crate::documents::statement_view::StatementView;
    use crate::domain::statement::Statement;

    const TEMPLATE: &str = include_str!("../../templates/statement.typ");
    const FONTS: [&[u8]; 2] = [
        include_bytes!("../../templates/fonts/Vazirmatn-Regular.ttf"),
        include_bytes!("../../templates/fonts/Vazirmatn-Bold.ttf"),
    ];

    /// Renders the statement. Takes tens of milliseconds of CPU: call it off the async threads.
    pub fn statement_pdf(statement: &Statement) -> Result<Vec<u8>, PdfFailure> {
        let content = statement.content();
        let rendered = render(&desk(statement)?, &content.number, content.issued_at);
        // Everything that was memoised belongs to this statement alone: without eviction memory grows with every page.
        comemo::evict(0);
        rendered
    }

    /// What stands on one page.
    #[cfg(test)]
    #[derive(Debug, Default)]
    pub(super) struct Printed {
        /// In the order in which they are drawn.
        pub texts: Vec<String>,
        pub shapes: usize,
        pub images: usize,
    }

    #[cfg(test)]
    impl Printed {
        fn collect(&mut self, frame: &typst::layout::Frame) {
            use typst::layout::FrameItem;

            for (_, item) in frame.items() {
                match item {
                    FrameItem::Group(group) => self.collect(&group.frame),
                    FrameItem::Text(text) => self.texts.push(text.text.to_string()),
                    FrameItem::Shape(..) => self.shapes += 1,
                    FrameItem::Image(..) => self.images += 1,
                    FrameItem::Link(..) | FrameItem::Tag(_) => {}
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn printed_pages(statement: &Statement) -> Vec<Printed> {
        let document: PagedDocument = typst::compile(&desk(statement).unwrap()).output.unwrap();
        let page_of = |frame| {
            let mut page = Printed::default();
            page.collect(frame);
            page
        };
        document.pages().iter().map(|page| page_of(&page.frame)).collect()
    }

    fn desk(statement: &Statement) -> Result<Desk, PdfFailure> {
        let view = StatementView::of(statement)?;
        let qr = qr_svg(&view.verification_url).ok_or(PdfFailure::NoQrCode)?;
        Ok(Desk {
            texts: Bytes::new(serde_json::to_vec(&view)?),
            qr: Bytes::from_string(qr),
        })
    }

    fn render(desk: &Desk, number: &str, issued_at: DateTime<Utc>) -> Result<Vec<u8>, PdfFailure> {
        let document: PagedDocument = typst::compile(desk).output.map_err(|e| failure(&e))?;
        let options = PdfOptions {
            ident: Smart::Custom(number.to_owned()),
            creator: Smart::Custom(Some("Daftar".to_owned())),
            timestamp: Some(Timestamp::new_utc(moment(issued_at).ok_or(PdfFailure::Date)?)),
            standards: PdfStandards::new(&[PdfStandard::A_2b])
                .map_err(|e| PdfFailure::Template(e.message().to_string()))?,
            tagged: false,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|e| failure(&e))
    }

    fn moment(instant: DateTime<Utc>) -> Option<Datetime> {
        let part = |number: u32| u8::try_from(number).ok();
        let (month, day) = (part(instant.month())?, part(instant.day())?);
        let (hour, minute, second) = (
            part(instant.hour())?,
            part(instant.minute())?,
            part(instant.second())?,
        );
        Datetime::from_ymd_hms(instant.year(), month, day, hour, minute, second)
    }

    fn failure(diagnostics: &[SourceDiagnostic]) -> PdfFailure {
        let messages: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        PdfFailure::Template(messages.join("; "))
    }

    /// All that typst may see: the template, the texts, the QR code and two fonts. No files, no network, no today.
    struct Desk {
        texts: Bytes,
        qr: Bytes,
    }

    /// What is the same for every statement, made once.
    struct Press {
        library: LazyHash<Library>,
        book: LazyHash<FontBook>,
        fonts: Vec<Font>,
        template: Source,
    }

    static PRESS: LazyLock<Press> = LazyLock::new(|| {
        let fonts: Vec<_> = FONTS
            .iter()
            .filter_map(|bytes| Font::new(Bytes::new(*bytes), 0))
            .collect();
        Press {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(template_id(), TEMPLATE.to_owned()),
        }
    });

    fn template_id() -> FileId {
        let path = VirtualPath::new("/statement.typ")
            .unwrap_or_else(|_| unreachable!("a plain file name is a path"));
        RootedPath::new(VirtualRoot::Project, path).intern()
    }

    impl World for Desk {
        fn library(&self) -> &LazyHash<Library> {
            &PRESS.library
        }

        fn book(&self) -> &LazyHash<FontBook> {
            &PRESS.book
        }

        fn main(&self) -> FileId {
            PRESS.template.id()
        }

        fn source(&self, id: FileId) -> FileResult<Source> {
            if id == PRESS.template.id() {
                Ok(PRESS.template.clone())
            } else {
                Err(FileError::AccessDenied)
            }
        }

        fn file(&self, id: FileId) -> FileResult<Bytes> {
            match id.vpath().get_with_slash() {
                "/statement.json" => Ok(self.texts.clone()),
                "/qr.svg" => Ok(self.qr.clone()),
                _ => Err(FileError::AccessDenied),
            }
        }

        fn font(&self, index: usize) -> Option<Font> {
            PRESS.fonts.get(index).cloned()
        }

        fn today(&self, _: Option<Duration>) -> Option<Datetime> {
            None
        }
    }
}

#[cfg(all(test, feature = "pdf"))]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::with_typst::{Printed, printed_pages};
    use super::*;
    use crate::documents::dates;
    use crate::documents::statement_view::StatementView;
    use crate::domain::language::Language;
    use crate::domain::statement::{Cycle, Statement, StatementContent, sample};

    fn pdf(content: StatementContent) -> Vec<u8> {
        statement_pdf(&Statement::new(content).unwrap()).unwrap()
    }

    /// All pages as one.
    fn printed(content: StatementContent) -> Printed {
        let pages = printed_pages(&Statement::new(content).unwrap());
        pages.into_iter().fold(Printed::default(), |all, page| Printed {
            texts: [all.texts, page.texts].concat(),
            shapes: all.shapes + page.shapes,
            images: all.images + page.images,
        })
    }

    #[test]
    fn a_statement_rendered_twice_is_the_same_to_the_byte() {
        for language in [Language::Fa, Language::En] {
            assert_eq!(pdf(sample::short(language)), pdf(sample::short(language)));
        }
    }

    #[test]
    fn a_statement_of_two_pages_has_at_most_forty_kilobytes() {
        for language in [Language::Fa, Language::En] {
            let bytes = pdf(sample::short(language));
            assert!(
                bytes.len() <= 40_000,
                "{} bytes in {}",
                bytes.len(),
                language.code()
            );
        }
    }

    #[test]
    fn every_figure_of_the_position_stands_on_the_page() {
        for language in [Language::Fa, Language::En] {
            let sealed = Statement::new(sample::short(language)).unwrap();
            let texts = printed(sealed.content().clone()).texts.concat();
            let view = StatementView::of(&sealed).unwrap();
            for line in &view.lines {
                assert!(
                    texts.contains(&line.cells[0].text),
                    "{} {}",
                    line.label,
                    line.cells[0].text
                );
            }
            assert!(texts.contains(&view.verification_code));
        }
    }

    /// How many texts name each cycle at the foot of its bars.
    fn named(cycles: &[Cycle], language: Language, texts: &[String]) -> Vec<usize> {
        let name = |cycle: &Cycle| dates::period_short(&cycle.period, language);
        let times = |name: String| texts.iter().filter(|text| **text == name).count();
        cycles.iter().map(|cycle| times(name(cycle))).collect()
    }

    #[test]
    fn each_of_the_last_cycles_stands_on_the_page_with_its_name_and_two_bars() {
        for language in [Language::Fa, Language::En] {
            // The chart stands beside the position of one destination, and below that of several.
            for content in [sample::short(language), sample::treasury(language)] {
                let with = |cycles: &[Cycle]| {
                    printed(StatementContent {
                        cycles: cycles.to_vec(),
                        ..content.clone()
                    })
                };
                let cycles = &content.cycles;
                let (last, older) = cycles.split_last().unwrap();
                let (all, of_last, none) = (with(cycles), with(std::slice::from_ref(last)), with(&[]));
                let once_more: Vec<usize> = named(cycles, language, &none.texts)
                    .into_iter()
                    .map(|times| times + 1)
                    .collect();
                assert_eq!(named(cycles, language, &all.texts), once_more, "{:?}", all.texts);
                let bars = older
                    .iter()
                    .flat_map(|cycle| [cycle.earned, cycle.paid])
                    .filter(|sum| !sum.is_zero())
                    .count();
                assert!(bars > 0 && of_last.shapes > none.shapes);
                assert!(
                    all.shapes >= of_last.shapes + bars,
                    "{} and {} shapes, {bars} bars",
                    all.shapes,
                    of_last.shapes
                );
            }
        }
    }

    #[test]
    fn the_code_that_is_scanned_to_verify_a_statement_stands_on_it_once() {
        for content in [
            sample::short(Language::Fa),
            sample::long(Language::En),
            sample::owing(Language::En),
            sample::treasury(Language::Fa),
        ] {
            assert_eq!(printed(content).images, 1);
        }
    }

    #[test]
    fn the_head_of_a_table_stands_on_each_of_its_pages() {
        let texts = printed(sample::long(Language::En)).texts;
        assert!(texts.iter().filter(|text| *text == "Component").count() >= 2);
        assert!(texts.concat().contains("Page 3 of 3"));
    }

    #[test]
    fn a_groups_heading_and_its_sum_never_stand_on_a_page_without_a_row() {
        let words = crate::documents::statement_words::words(Language::En);
        let is_heading = |text: &String| text == words.earned || text == words.collected;
        let is_row = |text: &String| {
            ["Sample ", "Passport", "Smart "]
                .iter()
                .any(|begin| text.starts_with(begin))
        };
        let mut broken = 0;
        for services in 1..=30 {
            let sealed = Statement::new(sample::with_services(services, Language::En)).unwrap();
            for Printed { texts: page, .. } in printed_pages(&sealed) {
                let Some(head) = page.iter().position(|text| text == "Component") else {
                    continue;
                };
                let body = &page[head..];
                let heading = body
                    .iter()
                    .rposition(is_heading)
                    .unwrap_or_else(|| panic!("{services} services, no heading: {body:?}"));
                assert!(
                    body[heading..].iter().any(is_row),
                    "{services} services: {body:?}"
                );
                let sum = body.iter().position(|text| text == "Total");
                let rows = &body[..sum.unwrap_or(body.len())];
                assert!(rows.iter().any(is_row), "{services} services: {body:?}");
                broken += usize::from(sum.is_none());
            }
        }
        assert!(broken > 0, "no group went over a page's edge");
    }

    #[test]
    fn every_kind_of_statement_is_an_archivable_pdf() {
        for content in [
            sample::long(Language::Fa),
            sample::owing(Language::En),
            sample::treasury(Language::Fa),
        ] {
            let bytes = pdf(content);
            assert!(bytes.starts_with(b"%PDF-1.7"));
            let metadata = b"<pdfaid:part>2</pdfaid:part>";
            assert!(
                bytes.windows(metadata.len()).any(|window| window == metadata),
                "PDF/A-2"
            );
        }
    }
}
