//! Messages of an editor, one after the other.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::documents::{Units, path_of};
use super::folders::Folders;
use super::{Arguments, answers};
use crate::cli::arguments::Common;
use crate::cli::exit::UsageError;
use crate::cli::session::Open;

/// After an edit the analysis waits this long for the next one.
const QUIET: Duration = Duration::from_millis(20);

/// Answers until the editor leaves.
pub(super) fn serve(
    connection: &Connection,
    arguments: &Arguments,
    common: &Common,
    open: Open,
) -> Result<(), UsageError> {
    let broken =
        |error: lsp_server::ProtocolError| UsageError(format!("the editor does not speak the protocol: {error}"));
    let (id, parameters) = connection.initialize_start().map_err(broken)?;
    let units = Units::agreed(&parameters["capabilities"]);
    let result = json!({
        "capabilities": {
            "positionEncoding": units.name(),
            "textDocumentSync": { "openClose": true, "change": 1, "save": {} },
            "inlayHintProvider": true,
            "hoverProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
        },
        "serverInfo": { "name": "cargo-fa", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, result).map_err(broken)?;
    let folders = Folders::new(&parameters, arguments, common, open);
    let refreshes = parameters["capabilities"]["workspace"]["inlayHint"]["refreshSupport"] == true;
    Server { connection, folders, last: 0, has_news: false, units, refreshes, requests: 0, published: BTreeSet::new() }
        .run(arguments)
}

struct Server<'a> {
    connection: &'a Connection,
    folders: Folders<'a>,
    /// The folder in which something changed last.
    last: usize,
    /// Something was analysed, perhaps for an answer, or a folder went: the editor is to show what was found anew.
    has_news: bool,
    units: Units,
    /// The editor asks for hints again when it is told to.
    refreshes: bool,
    /// How many requests were sent to the editor.
    requests: i32,
    /// The files for which there are findings at the editor.
    published: BTreeSet<String>,
}

impl Server<'_> {
    fn run(&mut self, arguments: &Arguments) -> Result<(), UsageError> {
        loop {
            let stale = self.folders.stale(self.last);
            let message = if stale.is_some() || self.has_news {
                match self.connection.receiver.recv_timeout(QUIET) {
                    // One folder at a time: an answer does not wait for all of them.
                    Err(RecvTimeoutError::Timeout) => {
                        if let Some(stale) = stale {
                            self.refresh(stale);
                        }
                        self.show(arguments.diagnostics);
                        continue;
                    }
                    message => message.ok(),
                }
            } else {
                self.connection.receiver.recv().ok()
            };
            match message {
                None => return Ok(()),
                Some(Message::Request(request)) => {
                    let leaves = self.connection.handle_shutdown(&request);
                    if leaves.map_err(|error| UsageError(error.to_string()))? {
                        return Ok(());
                    }
                    self.answer(request);
                }
                Some(Message::Notification(notification)) => self.notice(&notification),
                // To requests of this server, which need none.
                Some(Message::Response(_)) => {}
            }
        }
    }

    fn answer(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let path = params["textDocument"]["uri"].as_str().and_then(path_of).unwrap_or_default();
        let answered = match method.as_str() {
            "textDocument/inlayHint" | "textDocument/hover" | "textDocument/codeAction" => {
                let folder = self.folders.of(&path);
                self.refresh(folder);
                let (session, units) = (&self.folders.get(folder).session, self.units);
                catch_unwind(AssertUnwindSafe(|| match method.as_str() {
                    "textDocument/inlayHint" => json!(answers::hints(session, units, &path, &params["range"])),
                    "textDocument/hover" => json!(answers::hover(session, units, &path, &params["position"])),
                    _ => json!(answers::actions(&session.found, units, &path, &params["range"])),
                }))
            }
            _ => return self.refuse(id, ErrorCode::MethodNotFound, format!("`{method}` is not known here")),
        };
        match answered {
            Ok(result) => self.send(Response::new_ok(id, result)),
            Err(_) => self.refuse(id, ErrorCode::InternalError, "cargo-fa itself failed".to_owned()),
        }
    }

    fn notice(&mut self, notification: &Notification) {
        let parameters = &notification.params;
        if notification.method == "workspace/didChangeWorkspaceFolders" {
            self.folders.change(&parameters["event"]);
            self.has_news = true;
            return;
        }
        let document = &parameters["textDocument"];
        let Some(path) = document["uri"].as_str().and_then(path_of) else { return };
        self.last = self.folders.of(&path);
        match notification.method.as_str() {
            "textDocument/didOpen" => self.folders.edit(path, document["text"].as_str()),
            // Changes come as whole texts: that is what was agreed on.
            "textDocument/didChange" => {
                let last = parameters["contentChanges"].as_array().and_then(|changes| changes.last());
                if let Some(text) = last.and_then(|change| change["text"].as_str()) {
                    self.folders.edit(path, Some(text));
                }
            }
            "textDocument/didClose" => self.folders.edit(path, None),
            "textDocument/didSave" => self.folders.saved(&path),
            _ => {}
        }
    }

    /// Analyses what changed in a folder; what goes wrong is told once.
    fn refresh(&mut self, index: usize) {
        let (folder, edited) = self.folders.folder_and_texts(index);
        let session = &mut folder.session;
        self.has_news |= session.is_stale();
        let wrong = match catch_unwind(AssertUnwindSafe(|| session.refresh(edited))) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("cargo-fa itself failed".to_owned()),
        };
        let is_new = wrong != folder.told;
        folder.told.clone_from(&wrong);
        if let Some(message) = wrong.filter(|_| is_new) {
            let parameters = json!({ "type": 2, "message": format!("cargo-fa: {message}") });
            self.send(Notification::new("window/showMessage".to_owned(), parameters));
        }
    }

    /// Has the editor show what was found anew.
    fn show(&mut self, diagnostics: bool) {
        self.has_news = false;
        if self.refreshes {
            self.requests += 1;
            let request = Request::new(self.requests.into(), "workspace/inlayHint/refresh".to_owned(), Value::Null);
            self.send(request);
        }
        if !diagnostics {
            return;
        }
        let (folders, units) = (&self.folders, self.units);
        let all = folders.iter().enumerate().flat_map(|(index, folder)| {
            let found = answers::diagnostics(&folder.session.found, units);
            // A crate that programs of several folders use is told of by its own.
            let is_own = move |uri: &str| path_of(uri).is_none_or(|path| folders.of(&path) == index);
            found.into_iter().filter(move |(uri, _)| is_own(uri))
        });
        let of_files: Vec<_> = all.collect();
        let mut gone = std::mem::take(&mut self.published);
        for (uri, diagnostics) in of_files {
            gone.remove(&uri);
            let parameters = json!({ "uri": uri, "diagnostics": diagnostics });
            self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), parameters));
            self.published.insert(uri);
        }
        for uri in gone {
            let parameters = json!({ "uri": uri, "diagnostics": [] });
            self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), parameters));
        }
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, message: String) {
        self.send(Response::new_err(id, code as i32, message));
    }

    fn send(&self, message: impl Into<Message>) {
        // Where the editor is gone, the next message says so.
        let _ = self.connection.sender.send(message.into());
    }
}
