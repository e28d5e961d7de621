// Machines from JSON: the built-in ones and the user's.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "targets/machine.h"

namespace saku::targets {

/// Names of the built-in machines, sorted; aliases not included.
[[nodiscard]] std::vector<std::string> machine_names();

/// A built-in machine by name or alias; the error lists what there is.
[[nodiscard]] Result<Machine> machine_named(const std::string& name);

/// A machine from JSON text. `file` is for messages; errors point into the document ("zen5.json#/caches/1/ways").
/// "extends" names a built-in machine, or a file relative to the folder of `file`.
/// Unknown and missing keys, wrong types, values out of range and facts that contradict each other are errors.
[[nodiscard]] Result<Machine> machine_from_json(const std::string& text, const std::string& file);

/// Everything that is wrong with such a text, as `saku machine check` lists it; empty when the machine is sound. Facts
/// are held against each other only once all of them can be read.
[[nodiscard]] std::vector<Error> machine_problems(const std::string& text, const std::string& file);

/// What `--target` accepts: a name or alias; "host"; a file when it has a '/' or ends in ".json".
[[nodiscard]] Result<Machine> machine_for_target(const std::string& target);

/// The files that such a target is read from: it, and those that it extends; none for machines that are built in.
[[nodiscard]] Result<std::vector<std::string>> machine_files(const std::string& target);

/// The JSON text of a built-in machine as shipped (what `machine show` prints); `extends` not yet resolved.
[[nodiscard]] Result<std::string> machine_json(const std::string& name);

}  // namespace saku::targets
