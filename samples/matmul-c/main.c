/* out = a * b, with b packed once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "product.h"

enum { M = 64, N = 96, K = 48 };

static float a[M][K], b[K][N], out[M][N];

int main(void) {
    for (int i = 0; i < M; ++i)
        for (int k = 0; k < K; ++k) a[i][k] = (float)((i * 7 + k) % 11) / 8;
    for (int k = 0; k < K; ++k)
        for (int j = 0; j < N; ++j) b[k][j] = (float)((k * 5 + j) % 13) / 8;

    /* aligned_alloc takes multiples of the alignment; packed sizes are such. */
    void* packed = aligned_alloc(64, product_packed_bytes_b());
    size_t workspace_bytes = product_workspace_bytes(1);
    void* workspace = workspace_bytes > 0 ? aligned_alloc(64, (workspace_bytes + 63) / 64 * 64) : NULL;
    if (packed == NULL) return 1;
    product_pack_b(&b[0][0], packed);
    int status = product(&a[0][0], packed, &out[0][0], workspace, 1);
    free(workspace);
    free(packed);
    if (status != 0) return 1;

    for (int i = 0; i < M; ++i)
        for (int j = 0; j < N; ++j) {
            double expected = 0;
            for (int k = 0; k < K; ++k) expected += (double)a[i][k] * b[k][j];
            if (fabs(out[i][j] - expected) > 1e-3) {
                printf("out[%d][%d] is %g, expected %g\n", i, j, out[i][j], expected);
                return 1;
            }
        }
    printf("%d x %d products agree\n", M, N);
    return 0;
}
