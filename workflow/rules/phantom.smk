rule phantom:
    """DICOM series, slice labels and voxel truth of one shard of the embedded cohort."""
    output:
        archive=ensure(path.phantom, non_empty=True),
    log:
        path.log("phantom"),
    benchmark:
        path.benchmark("phantom")
    params:
        spec=data.dataset_spec,
        subjects=data.phantom_subjects,
        code=plan.digest("phantom.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(60),
    shell:
        "python -m scripts.phantom --spec {params.spec:q} --subjects {params.subjects} --out {output.archive:q} 2> {log:q}"
