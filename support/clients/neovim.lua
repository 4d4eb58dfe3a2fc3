-- Neovim with `lamlint lsp`: what a user sees, and what a code action does. Ends Neovim with a status.
local program, root = vim.env.LAMLINT, vim.env.PROJECT

local function check(fact, what)
    if not fact then
        error(what, 2)
    end
end

local function shown(buffer)
    local codes = {}
    for _, d in ipairs(vim.diagnostic.get(buffer)) do
        table.insert(codes, tostring(d.code or vim.tbl_get(d, "user_data", "lsp", "code")))
    end
    return table.concat(codes, " ")
end

local function until_shown(buffer, codes)
    local there = vim.wait(20000, function()
        return shown(buffer) == codes
    end, 20)
    check(there, ("expected %q, there is %q"):format(codes, shown(buffer)))
end

local function attach(name)
    vim.cmd("edit " .. vim.fn.fnameescape(root .. "/" .. name))
    return vim.api.nvim_get_current_buf()
end

local function session()
    local refused = nil
    local id = (vim.lsp.start_client or vim.lsp.start)({
        name = "lamlint",
        cmd = { program, "lsp" },
        root_dir = root,
        on_error = function(code)
            refused = code
        end,
    })
    check(id, "the server did not start")
    local template, code = attach("template.yaml"), attach("src/app.py")
    for _, buffer in ipairs({ template, code }) do
        check(vim.lsp.buf_attach_client(buffer, id), "not attached")
    end
    until_shown(template, "sqs-visibility-timeout")
    local d = vim.diagnostic.get(template)[1]
    local related = vim.tbl_get(d, "user_data", "lsp", "relatedInformation")
    check(related and #related > 0, "no proof")
    check(related[1].location.uri == vim.uri_from_bufnr(template), "the proof is elsewhere")

    -- The first action for the finding is the repair; it is done as the menu does it.
    local client = vim.lsp.get_client_by_id(id)
    local lsp = { range = vim.tbl_get(d, "user_data", "lsp", "range"), code = d.code }
    local params = {
        textDocument = { uri = vim.uri_from_bufnr(template) },
        range = lsp.range or { start = { line = d.lnum, character = d.col }, ["end"] = { line = d.lnum, character = d.col } },
        context = { diagnostics = {}, only = { "quickfix" } },
    }
    local answers = vim.lsp.buf_request_sync(template, "textDocument/codeAction", params, 20000)
    local actions = answers and answers[id] and answers[id].result
    check(actions and #actions > 1, "no actions: " .. vim.inspect(answers))
    check(actions[1].isPreferred, "the repair is not the first one")
    vim.lsp.util.apply_workspace_edit(actions[1].edit, client.offset_encoding)
    until_shown(template, "")

    -- A change of the code is seen in the template, and back.
    vim.api.nvim_buf_set_lines(code, 0, 1, false, { "def main(event, context):" })
    until_shown(template, "handler-not-found")
    vim.api.nvim_buf_set_lines(code, 0, 1, false, { "def handler(event, context):" })
    until_shown(template, "")
    for _, buffer in ipairs({ template, code }) do
        vim.api.nvim_buf_call(buffer, function()
            vim.cmd("silent write")
        end)
    end
    local hover = vim.lsp.buf_request_sync(code, "textDocument/hover", {
        textDocument = { uri = vim.uri_from_bufnr(code) },
        position = { line = 0, character = 5 },
    }, 20000)
    check(hover[id].result.contents.value:find("**Worker**", 1, true), "hover: " .. vim.inspect(hover))
    check(refused == nil, "Neovim did not take a message: " .. tostring(refused))
    client.stop()
    check(vim.wait(10000, function()
        return client.is_stopped()
    end, 20), "the server did not stop")
end

local done, why = xpcall(session, debug.traceback)
if done then
    vim.cmd("qall!")
else
    io.stderr:write(why, "\n")
    vim.cmd("cquit")
end
