-- What Neovim makes of `cargo fa lsp`; run by neovim.py, with the lines of the guide as its configuration.

local function say(text)
  io.stderr:write(text .. "\n")
end

local function fail(name, why)
  say("test " .. name .. " ... FAILED\n" .. why)
  vim.cmd("cquit 1")
end

-- case NAME WAITS SHOWN: waits until it holds.
local function case(name, holds, shown)
  if vim.wait(60000, holds, 50) then
    say("test " .. name .. " ... ok")
  else
    fail(name, vim.inspect(shown()))
  end
end

local function hints()
  local labels = {}
  for _, found in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    local hint = found.inlay_hint
    table.insert(labels, hint.position.line .. " " .. hint.label)
  end
  table.sort(labels)
  return labels
end

local function shows(...)
  local wanted = { ... }
  return function()
    return vim.deep_equal(hints(), wanted)
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

-- The text of each window that floats.
local function floating()
  local texts = {}
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      local buffer = vim.api.nvim_win_get_buf(window)
      table.insert(texts, table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n"))
    end
  end
  return texts
end

case("hints arrive", shows("3 ≤ 800 B of 4.00 KiB", "8 no bound"), hints)

-- Behind letters of two and four bytes, by a small edit, as typing makes it.
vim.api.nvim_buf_set_lines(0, 4, 5, false, { "    /* ß𝄞 */ alloc.frame_slice_zeroed::<u64>(100).len()" })
local line = vim.api.nvim_buf_get_lines(0, 4, 5, false)[1]
local at = line:find("(100)", 1, true)
vim.api.nvim_buf_set_text(0, 4, at, 4, at + 3, { "200" })
case("hints follow an edit", shows("3 ≤ 1.56 KiB of 4.00 KiB", "8 no bound"), hints)

vim.api.nvim_win_set_cursor(0, { 4, 8 })
vim.lsp.buf.hover()
case("hover opens", function()
  return (floating()[1] or ""):find("at most 1600 bytes", 1, true) ~= nil
end, floating)

vim.api.nvim_win_set_cursor(0, { 10, 28 })
vim.lsp.buf.code_action({ apply = true, filter = function(action)
  return action.title:find("FA401", 1, true) ~= nil
end })
case("a fix is applied", function()
  return text():find('/* ß𝄞 */ let text = framealloc::frame_format!(alloc, "{count}");', 1, true) ~= nil
end, text)
vim.cmd("silent write")

-- Another crate has a server of its own.
vim.cmd("silent edit " .. vim.fn.getcwd() .. "/other/src/lib.rs")
case("another crate has its hints", shows("3 ≤ 800 B of 4.00 KiB", "8 no bound"), hints)

local clients = vim.lsp.get_clients({ name = "cargo_fa" })
for _, client in ipairs(clients) do
  client:stop()
end
case("end of the server", function()
  return #vim.lsp.get_clients({ name = "cargo_fa" }) == 0
end, function()
  return clients
end)
vim.cmd("qall!")
