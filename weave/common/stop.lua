-- stop.lua - stop(message) ends pandoc with one line on standard error and
-- status 1. An error() would do too, but pandoc wraps its message in a trace.

return function(message)
  io.stderr:write('weave: ', message, '\n')
  os.exit(1)
end
