#include "targets/host.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"

namespace saku::targets {
namespace {

constexpr std::int64_t kib = 1024, mib = 1024 * 1024;

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> list;
    for (std::string word; stream >> word;) list.push_back(word);
    std::sort(list.begin(), list.end());
    return list;
}

std::vector<std::string> without(std::vector<std::string> flags, const std::vector<std::string>& gone) {
    std::erase_if(flags, [&](const std::string& f) { return std::find(gone.begin(), gone.end(), f) != gone.end(); });
    return flags;
}

// Flags as recorded from /proc/cpuinfo, those of the kernel's own left out.
const std::string epyc_9005_flags =
    "fpu sse sse2 pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand abm sse4a bmi1 "
    "avx2 "
    "bmi2 erms avx512f avx512dq rdseed adx avx512ifma clflushopt clwb avx512cd sha_ni avx512bw avx512vl avx_vnni "
    "avx512_bf16 clzero avx512vbmi avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid "
    "fsrm avx512_vp2intersect";
const std::string xeon_amx_flags =
    "fpu sse sse2 pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand abm bmi1 avx2 bmi2 "
    "erms avx512f avx512dq rdseed adx avx512ifma clflushopt clwb avx512cd sha_ni avx512bw avx512vl avx_vnni "
    "avx512_bf16 "
    "avx512vbmi avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid fsrm amx_bf16 "
    "avx512_fp16 amx_tile amx_int8";
const std::string haswell_flags =
    "fpu sse sse2 pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand abm bmi1 avx2 bmi2 "
    "erms invpcid";

HostFacts epyc_9005() {
    return {.architecture = "x86_64",
            .vendor = "AuthenticAMD",
            .model_name = "AMD EPYC",
            .flags = words(epyc_9005_flags),
            .l1d_bytes = 48 * kib,
            .l2_bytes = 1 * mib,
            .l3_bytes = 32 * mib,
            .cores = 2,
            .family = 26,
            .model = 2,
            .l1d_ways = 12,
            .l2_ways = 16,
            .l3_ways = 16,
            .line_bytes = 64};
}

/// A guest on a Xeon with AMX, whose hypervisor says "rocketlake".
HostFacts xeon_amx(std::int64_t l3_bytes) {
    return {.architecture = "x86_64",
            .vendor = "GenuineIntel",
            .model_name = "Intel(R) Xeon(R) Processor",
            .flags = words(xeon_amx_flags),
            .l1d_bytes = 48 * kib,
            .l2_bytes = 2 * mib,
            .l3_bytes = l3_bytes,
            .cores = 2,
            .family = 6,
            .model = 167,
            .l1d_ways = 12,
            .l2_ways = 16,
            .l3_ways = 16,
            .line_bytes = 64};
}

HostFacts haswell() {
    return {.architecture = "x86_64",
            .vendor = "GenuineIntel",
            .model_name = "Intel(R) Xeon(R) CPU E5-2690 v3 @ 2.60GHz",
            .flags = words(haswell_flags),
            .l1d_bytes = 32 * kib,
            .l2_bytes = 256 * kib,
            .l3_bytes = 30 * mib,
            .cores = 12,
            .family = 6,
            .model = 63,
            .l1d_ways = 8,
            .l2_ways = 8,
            .l3_ways = 20,
            .line_bytes = 64};
}

HostFacts graviton2() {
    return {.architecture = "aarch64",
            .vendor = "0x41/0xd0c",
            .model_name = "",
            .flags = words("fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop "
                           "asimddp ssbs"),
            .l1d_bytes = 64 * kib,
            .l2_bytes = 1 * mib,
            .l3_bytes = 32 * mib,
            .cores = 64,
            .family = 0,
            .model = 0,
            .l1d_ways = 4,
            .l2_ways = 8,
            .l3_ways = 16,
            .line_bytes = 64};
}

HostMatch matched(const HostFacts& facts) {
    Result<HostMatch> match = match_host(facts);
    REQUIRE_MESSAGE(match.ok(), match.error().text());
    return std::move(*match);
}

bool has_line(const HostMatch& match, const std::string& line) {
    return std::find(match.evidence.begin(), match.evidence.end(), line) != match.evidence.end();
}

TEST_CASE("recorded hosts are recognised") {
    struct Row {
        HostFacts facts;
        std::string name;
        bool generic;
    };
    HostFacts named_emerald = xeon_amx(300 * mib);
    named_emerald.model = 207;
    HostFacts masked = epyc_9005();  // a hypervisor that hides AVX-512
    std::erase_if(masked.flags, [](const std::string& flag) { return flag.starts_with("avx512"); });
    HostFacts no_caches = graviton2();
    no_caches.l1d_bytes = no_caches.l2_bytes = no_caches.l3_bytes = 0;
    HostFacts other_l2 = epyc_9005();
    other_l2.l2_bytes = 2 * mib;
    HostFacts broadwell = haswell();
    broadwell.flags = words(haswell_flags + " adx rdseed");
    HostFacts nehalem = haswell();
    nehalem.flags = without(nehalem.flags, {"avx", "avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"});
    HostFacts unknown_arm = graviton2();
    unknown_arm.vendor = "0x48/0xd01";
    const std::vector<Row> rows{
        {epyc_9005(), "zen5", false},
        {xeon_amx(105 * mib), "sapphirerapids", false},
        {named_emerald, "sapphirerapids", false},
        {xeon_amx(480 * mib), "graniterapids", false},
        {xeon_amx(0), "sapphirerapids", false},
        {haswell(), "haswell", false},
        {graviton2(), "neoverse-n1", false},
        {no_caches, "neoverse-n1", false},
        {masked, "host-x86-64-v3", true},
        {other_l2, "host-x86-64-v4", true},
        {broadwell, "host-x86-64-v3", true},
        {nehalem, "host-x86-64-v2", true},
        {unknown_arm, "host-armv8-a", true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const HostMatch match = matched(row.facts);
        CHECK(match.machine.name == row.name);
        CHECK(match.is_generic == row.generic);
        CHECK(match.machine.topology.cores == row.facts.cores);
    }
}

TEST_CASE("the evidence says what decided") {
    const HostMatch zen5 = matched(epyc_9005());
    CHECK(has_line(zen5, "the system says: x86_64, AuthenticAMD, \"AMD EPYC\", family 26, model 2"));
    CHECK(has_line(zen5,
                   "zen5 fits: its 10 flags are there, L1d 48 KiB, L2 1 MiB; family and model are its own (+2); "
                   "L3 32 MiB is its own (+1)"));
    CHECK(has_line(zen5, "zen4 does not fit: the flag avx_vnni is there"));
    CHECK(has_line(zen5, "2 cores are available; the machine has 8"));

    const HostMatch spr = matched(xeon_amx(260 * mib));
    CHECK(has_line(spr, "graniterapids does not fit: L3 is 260 MiB, not from 321 MiB to 1048576 MiB"));
    CHECK(has_line(spr, "L3 of the file, 105 MiB, is used; the system reports 260 MiB"));
    CHECK(has_line(spr, "haswell does not fit: the flag adx is there"));

    HostFacts other_l2 = epyc_9005();
    other_l2.l2_bytes = 2 * mib;
    const HostMatch generic = matched(other_l2);
    CHECK(has_line(generic, "zen5 does not fit: L2 is 2 MiB, not 1 MiB"));
    CHECK(has_line(generic, "no machine file fits; the flags allow x86-64-v4"));
    CHECK(has_line(generic, "caches as the system reports them: L1d 48 KiB, L2 2 MiB, L3 32 MiB (0: not reported)"));
}

TEST_CASE("a generic machine has the caches that the system reports, if they can be") {
    HostFacts facts = epyc_9005();
    facts.l2_bytes = 3 * mib;
    facts.l2_ways = 12;
    facts.l3_bytes = 0;
    const HostMatch match = matched(facts);
    REQUIRE(match.machine.caches.size() == 2);
    CHECK(match.machine.caches[0].size_bytes == 48 * kib);
    CHECK(match.machine.caches[0].ways == 12);
    CHECK(match.machine.caches[1].size_bytes == 3 * mib);
    CHECK(match.machine.caches[1].ways == 12);

    facts.l2_bytes = 16 * kib;  // less than L1
    const HostMatch impossible = matched(facts);
    CHECK(impossible.machine.name == "host-x86-64-v4");
    CHECK(impossible.machine.caches.size() == 3);
    CHECK(std::any_of(impossible.evidence.begin(), impossible.evidence.end(), [](const std::string& line) {
        return line.starts_with("caches of the file, not as the system reports them: host#/caches/1/size_bytes: ");
    }));
}

TEST_CASE("hosts that no machine stands for are refused") {
    HostFacts facts = haswell();
    facts.flags = words("fpu sse sse2");
    CHECK(match_host(facts).error().text() ==
          "host: no machine for architecture x86_64 with these flags, expected x86_64 with SSE4.2 or aarch64; give "
          "--target");
    facts.architecture = "unknown";
    CHECK_FALSE(match_host(facts).ok());
    CHECK_FALSE(match_host(HostFacts{}).ok());
}

/// A recorded /proc and /sys.
class Root {
public:
    Root() {
        std::string pattern = (std::filesystem::temp_directory_path() / "saku-host-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern + "/";
    }
    Root(const Root&) = delete;
    Root& operator=(const Root&) = delete;
    ~Root() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    void put(const std::string& name, const std::string& text) const {
        REQUIRE(write_files({{path_ + name, text}}).ok());
    }
    void put_cache(int index, const std::string& level, const std::string& type, const std::string& size,
                   const std::string& ways) const {
        const std::string folder = "sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        put(folder + "level", level + "\n");
        put(folder + "type", type + "\n");
        put(folder + "size", size + "\n");
        put(folder + "ways_of_associativity", ways + "\n");
        put(folder + "coherency_line_size", "64\n");
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

TEST_CASE("facts are read from /proc and /sys") {
    const Root root;
    root.put("proc/cpuinfo",
             "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n"
             "flags\t\t: sse4_2 avx2 fma\n\nprocessor\t: 1\nvendor_id\t: Other\n");
    root.put_cache(0, "1", "Data", "48K", "12");
    root.put_cache(1, "1", "Instruction", "32K", "8");
    root.put_cache(2, "2", "Unified", "1024K", "16");
    root.put_cache(3, "3", "Unified", "32M", "16");
    for (const int cpu : {0, 1, 2, 3})
        root.put("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
                 cpu < 2 ? "0-1\n" : "2-3\n");
    const HostFacts facts = host_facts_below(root.path(), {0, 1, 2, 3});
    CHECK(facts.architecture == "x86_64");
    CHECK(facts.vendor == "AuthenticAMD");
    CHECK(facts.model_name == "AMD EPYC");
    CHECK(facts.flags == std::vector<std::string>{"avx2", "fma", "sse4_2"});
    CHECK(facts.family == 26);
    CHECK(facts.model == 2);
    CHECK(facts.l1d_bytes == 48 * kib);
    CHECK(facts.l2_bytes == 1 * mib);
    CHECK(facts.l3_bytes == 32 * mib);
    CHECK(facts.l1d_ways == 12);
    CHECK(facts.l3_ways == 16);
    CHECK(facts.line_bytes == 64);
    CHECK(facts.cores == 2);  // four threads of two cores
    CHECK(host_facts_below(root.path(), {2}).cores == 1);
    root.put("sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK(host_facts_below(root.path(), {0, 2}).cores == 2);
    root.put("sys/fs/cgroup/cpu.max", "80000 100000\n");
    CHECK(host_facts_below(root.path(), {0, 2}).cores == 1);
    root.put("sys/fs/cgroup/cpu.max", "900000 100000\n");
    CHECK(host_facts_below(root.path(), {0, 2}).cores == 2);
}

TEST_CASE("facts of Arm hosts") {
    const Root root;
    root.put("proc/cpuinfo",
             "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd asimddp\nCPU implementer\t: 0x41\n"
             "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n");
    const HostFacts facts = host_facts_below(root.path(), {0, 1});
    CHECK(facts.architecture == "aarch64");
    CHECK(facts.vendor == "0x41/0xd0c");
    CHECK(facts.flags == std::vector<std::string>{"asimd", "asimddp", "fp"});
    CHECK(facts.cores == 2);
    CHECK(matched(facts).machine.name == "neoverse-n1");
}

TEST_CASE("a system that tells nothing, or nonsense, gives no facts") {
    const Root root;
    const HostFacts nothing = host_facts_below(root.path(), {});
    CHECK(nothing.architecture == "unknown");
    CHECK(nothing.cores == 1);
    CHECK(nothing.l1d_bytes == 0);
    root.put("proc/cpuinfo", std::string("\0\xff:::\n: :\nvendor_id", 18));
    root.put_cache(0, "one", "Data", "99999999999999999999K", "-4");
    root.put_cache(1, "2", "Unified", "9223372036854775807M", "many");
    root.put("sys/fs/cgroup/cpu.max", "-1 0\n");
    const HostFacts nonsense = host_facts_below(root.path(), {0});
    CHECK(nonsense.architecture == "unknown");
    CHECK(nonsense.l1d_bytes == 0);
    CHECK(nonsense.l2_bytes == 0);
    CHECK(nonsense.l2_ways == 0);
    CHECK(nonsense.cores == 1);
}

TEST_CASE("this host can be described") {
    const HostFacts facts = host_facts();
    CHECK(facts.architecture != "unknown");
    CHECK(facts.cores >= 1);
    CHECK_FALSE(facts.flags.empty());
}

}  // namespace
}  // namespace saku::targets
