-- session.lua - the sentence below a session, made from its licences.
--
-- note(lines) takes the lines of a session, as tests/lib/session prints them, and gives
-- what a reader has to know before comparing, or nil. Which line is what is not decided
-- here: the checker says so.

local M = {}

-- What a licence says to a reader: one value, several values.
local words = {
  pid = { 'process id', 'process ids' }, addr = { 'address', 'addresses' },
  fd = { 'descriptor number', 'descriptor numbers' }, port = { 'port number', 'port numbers' },
  inode = { 'inode number', 'inode numbers' }, time = { 'time', 'times' },
  ms = { 'milliseconds', 'milliseconds' }, size = { 'size', 'sizes' },
  uid = { 'user id', 'user ids' }, count = { 'count', 'counts' },
  word = { 'word', 'words' } }

-- "a, b and c"
local function list_of(items)
  if #items < 2 then return items[1] end
  return table.concat(items, ', ', 1, #items - 1) .. ' and ' .. items[#items]
end

function M.note(lines)
  local kinds, known, sentences, mixed = {}, {}, {}, false
  for _, line in ipairs(lines) do
    if line.kind == 'licence' and line.text == 'interleave' then mixed = true
    elseif line.kind == 'licence' then
      local one_or_more = words[line.text] or { line.text, line.text .. 's' }
      local name = one_or_more[line.count > 1 and 2 or 1]
      if line.reason then sentences[#sentences + 1] = ('Your %s may differ: %s.'):format(name, line.reason)
      elseif not known[name] then
        known[name] = true
        kinds[#kinds + 1] = name
      end
    end
  end
  if #kinds > 0 then table.insert(sentences, 1, 'Your ' .. list_of(kinds) .. ' will differ.') end
  if mixed then sentences[#sentences + 1] = 'Lines of different processes may come in another order.' end
  return #sentences > 0 and table.concat(sentences, ' ') or nil
end

return M
