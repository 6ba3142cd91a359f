"use strict";

// Starts `cargo fa lsp` for the folders of the window, and again when its settings change.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function server() {
  const settings = vscode.workspace.getConfiguration("cargo-fa");
  const [command, ...before] = settings.get("command");
  const traces = settings.get("traces").flatMap((path) => ["--trace", path]);
  const diagnostics = settings.get("diagnostics") ? ["--diagnostics"] : [];
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return { command, args: [...before, "lsp", ...traces, ...diagnostics], options: { cwd } };
}

async function restart() {
  await client?.stop();
  client = new LanguageClient("cargo-fa", "cargo fa", server(), { documentSelector: [{ scheme: "file", language: "rust" }] });
  await client.start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("cargo-fa.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("cargo-fa") && restart()),
  );
  await restart();
};

exports.deactivate = () => client?.stop();
