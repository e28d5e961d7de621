#include "bench/peers/peers.h"

namespace saku::bench {

std::vector<std::pair<std::string, std::string>> peer_environment(int threads) {
    const std::string count = std::to_string(threads);
    std::vector<std::pair<std::string, std::string>> variables{{"OPENBLAS_NUM_THREADS", count},
                                                               {"OMP_NUM_THREADS", count}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        variables.emplace_back("OPENBLAS_CORETYPE", "SKYLAKEX");
#endif
    return variables;
}

}  // namespace saku::bench
