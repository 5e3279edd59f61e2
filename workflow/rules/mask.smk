rule mask:
    """Masks of one shard of slices: from saliency, from HU, or the drawn truth."""
    input:
        unpack(plan.mask_inputs),
    output:
        masks=ensure(path.masks, non_empty=True),
        notes=ensure(path.mask_notes, non_empty=True),
    log:
        path.log(path.masks),
    benchmark:
        path.benchmark(path.masks)
    params:
        spec=plan.spec("masks", "mask"),
        saliency=plan.saliency_options,
        code=plan.mask_digest,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=240,
    shell:
        "python -m scripts.mask --slices {input.slices} --spec {params.spec:q} {params.saliency}"
        " --threads {threads} --out {output.masks} --notes {output.notes} 2> {log}"
