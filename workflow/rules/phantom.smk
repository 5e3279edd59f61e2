rule phantom:
    """DICOM series, slice labels and voxel truth of one shard of the embedded cohort."""
    output:
        archive=ensure(path.phantom, non_empty=True),
    log:
        path.log(path.phantom),
    benchmark:
        path.benchmark(path.phantom)
    params:
        spec=plan.dataset_spec,
        subjects=plan.phantom_subjects,
        code=plan.digest("phantom.py", "phantom"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=60,
    shell:
        "python -m scripts.phantom --spec {params.spec:q} --subjects {params.subjects} --out {output.archive} 2> {log}"
