//! Typesetting: a template and its data become a PDF. Whatever the template does, it reaches nothing but what the job
//! carries; but it may take for ever, or all memory: this runs in a [worker](super::worker) only, never in the host.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike as _, Timelike as _};
use typst::diag::{FileError, FileResult, PackageError, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use super::job::{Fault, Job};
use crate::crm::instant::Instant;

/// What templates may import: the parts that all papers share.
const PRELUDE: &str = include_str!("../../templates/takt.typ");

/// The fonts: there are no others, whatever the machine has.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../templates/fonts/GolosText-Regular.ttf"),
    include_bytes!("../../templates/fonts/GolosText-Bold.ttf"),
];

/// How many renderings what was computed is kept for.
const KEPT: usize = 10;

/// What is the same for all papers.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    prelude: Source,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let fonts: Vec<Font> = FONTS.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect();
    Shared {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        prelude: Source::new(project("/takt.typ"), PRELUDE.to_owned()),
    }
});

/// The PDF.
///
/// # Errors
/// What is wrong in the template.
pub fn pdf(job: &Job) -> Result<Vec<u8>, Vec<Fault>> {
    let paper = Paper::of(job);
    let compiled = typst::compile::<PagedDocument>(&paper);
    let made = compiled.output.and_then(|document| typst_pdf::pdf(&document, &options(job.at)));
    // What this paper left behind helps the next one like it; what none used lately only takes memory.
    comemo::evict(KEPT);
    made.map_err(|errors| errors.iter().map(|error| paper.fault(error)).collect())
}

/// One job as Typst sees it: a folder of these files, and nothing else in the world.
struct Paper {
    main: Source,
    files: Vec<(FileId, Bytes)>,
    today: Option<Datetime>,
}

impl Paper {
    fn of(job: &Job) -> Self {
        let mut files = vec![(project("/data.json"), Bytes::new(job.data.to_string().into_bytes()))];
        for (path, data) in &job.files {
            // What is no base64 is a file that is not there: the template says so.
            if let Ok(bytes) = STANDARD.decode(data) {
                files.push((project(path), Bytes::new(bytes)));
            }
        }
        let today = job.at.utc();
        let day = |part: u32| u8::try_from(part).unwrap_or(1);
        let today = Datetime::from_ymd(today.year(), day(today.month()), day(today.day()));
        Self { main: Source::new(project("/template.typ"), job.source.clone()), files, today }
    }

    fn fault(&self, error: &SourceDiagnostic) -> Fault {
        let place = error.span.id().zip(self.range(error.span)).and_then(|(id, range)| {
            let lines = self.source(id).ok()?;
            let (line, column) = lines.lines().byte_to_line_column(range.start)?;
            Some((line + 1, column + 1))
        });
        let file = match error.span.id() {
            Some(id) if id != self.main.id() => id.vpath().get_with_slash().to_owned(),
            _ => "template".to_owned(),
        };
        Fault {
            file,
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message: error.message.to_string(),
            hints: error.hints.iter().map(|hint| hint.v.to_string()).collect(),
        }
    }
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        if id == SHARED.prelude.id() {
            return Ok(SHARED.prelude.clone());
        }
        Err(not_there(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(file, _)| *file == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| not_there(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn not_there(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Package(package) => FileError::Package(PackageError::NotFound(package.clone())),
        VirtualRoot::Project => FileError::Other(Some(
            format!(
                "there is no {}: a template reads /data.json, /takt.typ and the pictures that its data name",
                id.vpath().get_with_slash()
            )
            .into(),
        )),
    }
}

/// The id of a path among the job's files.
fn project(path: &str) -> FileId {
    // A path that leads outside is no path of a file here.
    let path = VirtualPath::new(path).or_else(|_| VirtualPath::new("/none"));
    match path {
        Ok(path) => RootedPath::new(VirtualRoot::Project, path).intern(),
        Err(_) => unreachable!("/none is a path"),
    }
}

fn options(at: Instant) -> PdfOptions {
    let at = at.utc();
    let part = |part: u32| u8::try_from(part).unwrap_or_default();
    let moment = Datetime::from_ymd_hms(
        at.year(),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    PdfOptions {
        creator: Smart::Custom(Some("Takt".to_owned())),
        timestamp: moment.map(Timestamp::new_utc),
        ..PdfOptions::default()
    }
}
